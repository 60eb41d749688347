internal import Crypto

/// What a server keeps of a password to check SCRAM proofs: it proves nothing by itself, but passwords can be tried against it. It
/// does not print itself.
///
/// Source: RFC 5803; PostgreSQL's form `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
package struct SCRAMVerifier: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let iterations: Int
    let salt: [UInt8]
    let storedKey: [UInt8]
    let serverKey: [UInt8]

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// PostgreSQL's default, and what is offered for users who do not exist.
    package static let usualIterations = 4096
    /// PostgreSQL's length.
    static let saltLength = 16
    private static let keyLength = 32

    init(iterations: Int, salt: [UInt8], storedKey: [UInt8], serverKey: [UInt8]) {
        self.iterations = iterations
        self.salt = salt
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Derives it from a password. Takes some milliseconds.
    package init(_ password: ClearPassword, salt: [UInt8], iterations: Int = usualIterations) {
        self.init(SCRAMKeys(SCRAMOrigin(password: password.prepared, salt: salt, iterations: iterations)), salt: salt, iterations: iterations)
    }

    init(_ keys: SCRAMKeys, salt: [UInt8], iterations: Int) {
        self.init(iterations: iterations, salt: salt, storedKey: keys.storedKey, serverKey: keys.serverKey)
    }

    /// Reads PostgreSQL's form; nil for anything else. Any length of salt and any number of iterations is taken.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == SCRAMExchange.mechanism else { return nil }
        let cost = parts[1].split(separator: ":", omittingEmptySubsequences: false), keys = parts[2].split(separator: ":", omittingEmptySubsequences: false)
        guard cost.count == 2, keys.count == 2, cost[0].allSatisfy({ $0.isASCII && $0.isNumber }), let iterations = Int32(cost[0]), iterations > 0,
              let salt = Base64.decode(String(cost[1])), !salt.isEmpty,
              let stored = Base64.decode(String(keys[0])), stored.count == Self.keyLength,
              let server = Base64.decode(String(keys[1])), server.count == Self.keyLength else { return nil }
        self.init(iterations: Int(iterations), salt: salt, storedKey: stored, serverKey: server)
    }

    /// Whether it was made of this password. Takes some milliseconds.
    package func isSatisfied(by password: ClearPassword) -> Bool {
        isSameSecret(SCRAMKeys(SCRAMOrigin(password: password.prepared, salt: salt, iterations: iterations)).storedKey, storedKey)
    }

    /// PostgreSQL's form.
    package var text: String {
        "\(SCRAMExchange.mechanism)$\(iterations):\(Base64.encode(salt))$\(Base64.encode(storedKey)):\(Base64.encode(serverKey))"
    }

    /// One that no proof satisfies, and that is the same whenever this user is tried: an attacker sees no difference to a user
    /// who exists. `seed` is random and stays with the process.
    static func mock(user: String, seed: [UInt8]) -> SCRAMVerifier {
        let name = Array(user.utf8)
        return SCRAMVerifier(iterations: usualIterations, salt: derivedSalt(user: user, seed: seed),
                             storedKey: SCRAMKeys.hmac(seed, [1] + name), serverKey: SCRAMKeys.hmac(seed, [2] + name))
    }

    /// A salt that is the user's own as long as `seed` is the same, so that keys are derived once.
    static func derivedSalt(user: String, seed: [UInt8]) -> [UInt8] { Array(SCRAMKeys.hmac(seed, [0] + Array(user.utf8)).prefix(saltLength)) }
}
