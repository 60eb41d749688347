internal import Crypto

/// What a password becomes with a salt and a number of iterations. Dear to derive, so worth remembering. It does not
/// print itself.
package struct SCRAMKeys: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let clientKey: [UInt8]
    let storedKey: [UInt8]
    let serverKey: [UInt8]

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Takes some milliseconds with the usual number of iterations.
    package init(_ origin: SCRAMOrigin) {
        let salted = Self.stretch(Array(origin.password.utf8), origin.salt, origin.iterations)
        clientKey = Self.hmac(salted, Array("Client Key".utf8))
        storedKey = Array(SHA256.hash(data: clientKey))
        serverKey = Self.hmac(salted, Array("Server Key".utf8))
    }

    /// Keys out of a client's proof, which hold as long as the verifier they were checked by.
    init(clientKey: [UInt8], serverKey: [UInt8]) {
        self.clientKey = clientKey
        storedKey = Array(SHA256.hash(data: clientKey))
        self.serverKey = serverKey
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

/// What a user's keys are made of. A standby has the same, so keys made at a login serve after a failover.
package struct SCRAMOrigin: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package let password: String
    package let salt: [UInt8]
    package let iterations: Int

    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    package init(password: String, salt: [UInt8], iterations: Int) {
        self.password = password
        self.salt = salt
        self.iterations = iterations
    }
}
