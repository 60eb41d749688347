internal import Crypto
internal import Sessions

/// How `understudy passwd` writes a password into `pool_passwd`.
package enum SecretForm: String, Sendable, CaseIterable {
    /// What PostgreSQL stores: checks SCRAM, and logs in to nodes that have the same one.
    case scram = "scram-sha-256"
    /// What PostgreSQL stored before: checks and answers md5.
    case md5
    /// The password as it is.
    case text
    /// The password under pgpool's key.
    case aes

    /// The secret part of a line. `key` is used for AES alone; `salt` has PostgreSQL's 16 random bytes, for SCRAM.
    package func secret(of password: String, user: String, salt: [UInt8], key: () throws -> PoolKey) throws -> String {
        switch self {
        case .scram: SCRAMVerifier(ClearPassword(normalising: password), salt: salt).text
        case .md5: "md5" + Insecure.MD5.hash(data: Array((password + user).utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        case .text: "TEXT" + password
        case .aes: "AES" + (try key().encrypt(password))
        }
    }
}
