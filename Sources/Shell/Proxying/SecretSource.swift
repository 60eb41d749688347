package import Sessions

/// Who knows more of users than the daemon's own files, and who judges a password that is stored nowhere here.
///
/// Called on a loop: must return at once. `reply` may be called later, from anywhere, once; what waits is bounded by the
/// frontends, and by `authentication_timeout`.
package protocol SecretSource: Sendable {
    /// Asks `auth_query` for a user.
    func find(_ user: String, reply: @escaping @Sendable (SecretAnswer) -> Void)

    /// A password was wrong by what `find` said of the user.
    func doubt(_ user: String)

    /// Judges a password that a client showed.
    func judge(_ judge: FrontendLogin.Judge, _ candidate: LoginCandidate, reply: @escaping @Sendable (FrontendLogin.Judgement) -> Void)
}

/// Nobody can be asked: there is only what the authenticator knows.
package struct NoSecretSource: SecretSource {
    package init() {}

    /// No user is known.
    package func find(_ user: String, reply: @escaping @Sendable (SecretAnswer) -> Void) { reply(.unknown) }

    /// There was no answer to doubt.
    package func doubt(_ user: String) {}

    /// No password is right or wrong.
    package func judge(_ judge: FrontendLogin.Judge, _ candidate: LoginCandidate, reply: @escaping @Sendable (FrontendLogin.Judgement) -> Void) {
        reply(.impossible(reason: "there is nobody to judge passwords"))
    }
}

/// What is known of a user.
package enum SecretAnswer: Hashable, Sendable {
    case known(UserSecret)
    case unknown
    /// Nobody could be asked; the reason is for the log.
    case failed(reason: String)
}

/// Somebody who showed a password. It does not print itself.
package struct LoginCandidate: Sendable, CustomStringConvertible, CustomReflectable {
    package let user: String
    package let database: String
    package let password: String
    /// Where the client is; nil for a Unix-domain socket.
    package let address: String?

    package init(user: String, database: String, password: String, address: String?) {
        self.user = user
        self.database = database
        self.password = password
        self.address = address
    }

    package var description: String { "<candidate>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
