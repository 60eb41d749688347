internal import Crypto

/// What a password becomes with a salt and a number of iterations. Dear to derive, so worth remembering.
package struct SCRAMKeys: Hashable, Sendable {
    let clientKey: [UInt8]
    let storedKey: [UInt8]
    let serverKey: [UInt8]

    init(password: String, salt: [UInt8], iterations: Int) {
        let salted = Self.stretch(Array(password.utf8), salt, iterations)
        clientKey = Self.hmac(salted, Array("Client Key".utf8))
        storedKey = Array(SHA256.hash(data: clientKey))
        serverKey = Self.hmac(salted, Array("Server Key".utf8))
    }

    static func hmac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
    }

    /// PBKDF2 with HMAC-SHA-256 and one block. The state after the key is made once and copied for each iteration.
    private static func stretch(_ password: [UInt8], _ salt: [UInt8], _ iterations: Int) -> [UInt8] {
        let keyed = HMAC<SHA256>(key: SymmetricKey(data: password))
        var last = keyed
        last.update(data: salt)
        last.update(data: [0, 0, 0, 1] as [UInt8])
        var block = Array(last.finalize()), sum = block
        for _ in 1..<max(iterations, 1) {
            var round = keyed
            round.update(data: block)
            round.finalize().withUnsafeBytes { code in
                for index in 0..<code.count {
                    block[index] = code[index]
                    sum[index] ^= code[index]
                }
            }
        }
        return sum
    }
}

/// The keys of recent logins, so that a thousand sessions of one user stretch its password once.
package struct SCRAMKeyCache: Sendable {
    private struct Origin: Hashable {
        let password: String
        let salt: [UInt8]
        let iterations: Int
    }

    /// Users that log in again at once on one loop; beyond, the cache starts anew.
    static let capacity = 256

    private var keys: [Origin: SCRAMKeys] = [:]

    package init() {}

    mutating func keys(password: String, salt: [UInt8], iterations: Int) -> SCRAMKeys {
        let origin = Origin(password: password, salt: salt, iterations: iterations)
        if let known = keys[origin] { return known }
        if keys.count >= Self.capacity { keys.removeAll(keepingCapacity: true) }
        let derived = SCRAMKeys(password: password, salt: salt, iterations: iterations)
        keys[origin] = derived
        return derived
    }
}
