package import Sessions
package import Settings

/// What `pool_passwd` says of users, decrypted and ready to check passwords by.
package struct KnownSecrets: Sendable {
    /// By user.
    package private(set) var secrets: [String: UserSecret] = [:]
    /// What cannot be used, in the order of the lines. No message holds a secret.
    package private(set) var diagnostics: [Diagnostic] = []

    /// Nobody is known.
    package init() {}

    /// `key` is asked for where an entry is encrypted.
    package init(_ file: PoolPasswd, key: PoolKeyFile) {
        let key = file.lines.values.contains { if case .encrypted = $0.entry { true } else { false } } ? key.read() : .failure(.init(""))
        for (user, line) in file.lines.sorted(by: { $0.value.place.line < $1.value.place.line }) {
            switch Self.secret(line.entry, key) {
            case .success(let secret): secrets[user] = secret
            case .failure(let problem): diagnostics.append(.error(line.place, problem.sentence))
            }
        }
    }

    struct Problem: Error { let sentence: String }

    private static func secret(_ entry: PoolPasswd.Entry, _ key: Result<PoolKey, Unreadable>) -> Result<UserSecret, Problem> {
        switch entry {
        case .clear(let text): return .success(.clear(ClearPassword(normalising: text)))
        case .md5(let text), .verifier(let text):
            guard let secret = UserSecret(stored: text) else {
                return .failure(Problem(sentence: "expected SCRAM-SHA-256$iterations:salt$key:key as PostgreSQL writes it, got something else (understudy passwd writes one)"))
            }
            return .success(secret)
        case .encrypted(let text):
            let found: PoolKey
            switch key {
            case .failure(let why): return .failure(Problem(sentence: "the entry is encrypted (AES), and the key that decrypts it cannot be had: \(why.reason)"))
            case .success(let key): found = key
            }
            guard let password = found.decrypt(text) else { return .failure(Problem(sentence: "the entry is encrypted (AES) and pool_key_file does not decrypt it: was it written with another key?")) }
            return .success(.clear(ClearPassword(normalising: password)))
        }
    }
}
