/// How one frontend proves who it is, and what it is checked by. Without a secret the user is unknown, and must not notice.
package enum LoginMethod: Hashable, Sendable {
    /// Nothing is asked.
    case trust(UserSecret?)
    /// A password in the clear; without a secret the node judges it.
    case password(UserSecret?)
    /// A digest of the password: a clear or md5 secret. A verifier is checked by SCRAM in its place, as in PostgreSQL.
    case md5(UserSecret?)
    /// A clear secret or a verifier.
    case scram(UserSecret?)
    /// The name in the client's certificate, which TLS has verified; nil where it showed none.
    case certificate(commonName: String?, UserSecret?)
    /// A password in the clear, which PAM judges.
    case pam(service: String, UserSecret?)

    /// Who comes this way is let in unasked; what the daemon has for nodes then.
    package var unasked: BackendSecret? { if case .trust(let secret) = self { secret?.forNodes ?? BackendSecret.none } else { nil } }
}

/// Random values for one login; the core has no source of its own.
package struct LoginEntropy: Sendable {
    private let bytes: [UInt8]
    /// Four bytes.
    package let salt: [UInt8]
    /// Random, and the same as long as the process runs: what unknown users are answered from.
    package let seed: [UInt8]

    package init(nonce: [UInt8], salt: [UInt8], seed: [UInt8]) {
        bytes = nonce
        self.salt = salt
        self.seed = seed
    }

    /// Printable characters without a comma.
    var nonce: String { Base64.encode(bytes) }
}
