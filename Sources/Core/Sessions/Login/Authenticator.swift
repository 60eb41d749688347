package import Settings
package import PostgresWire

/// Decides for each frontend how it proves who it is: by the rules of `pool_hba.conf`, or without them by what is known of
/// its user.
///
/// A value: a reload makes a new one. What it knows of users is the content of `pool_passwd`; `auth_query` is asked where a
/// verdict says so.
package struct Authenticator: Sendable {
    /// Where it is written how frontends prove who they are.
    package enum Policy: Sendable {
        /// The first rule that matches; without one nobody gets in.
        case rules(HostRules)
        /// A user who is known proves the password here. One who is not is asked by the node, or for a clear password.
        case knowledge(allowsClearText: Bool)
    }

    /// What becomes of a frontend's login.
    package enum Verdict: Hashable, Sendable {
        case logIn(LoginMethod)
        /// Have `auth_query` asked for the user, and call `verdict(for:found:)`.
        case lookUp
        /// The node asks the client itself.
        case relay
        /// `reason` is for the log.
        case refuse(ErrorMessage, reason: String)
    }

    /// A frontend, and what TLS knows of it.
    package struct Applicant: Hashable, Sendable {
        package let seen: HostRule.Applicant
        /// The name in a certificate that TLS has verified.
        package let certificateName: String?

        package init(_ seen: HostRule.Applicant, certificateName: String? = nil) {
            self.seen = seen
            self.certificateName = certificateName
        }
    }

    private let policy: Policy
    private let secrets: [String: UserSecret]
    private let hasQuery: Bool
    /// Random; what unknown users are answered from.
    package let seed: [UInt8]

    /// `hasQuery`: whether `auth_query` can be asked for users that are not in `secrets`.
    package init(_ policy: Policy, secrets: [String: UserSecret], hasQuery: Bool, seed: [UInt8]) {
        self.policy = policy
        self.secrets = secrets
        self.hasQuery = hasQuery
        self.seed = seed
    }

    /// Nobody is known, and nodes ask everybody themselves.
    package static let relaying = Authenticator(.knowledge(allowsClearText: false), secrets: [:], hasQuery: false, seed: [])

    /// The users whose passwords are known in the clear, with what SCRAM will need: it can be derived before they come.
    package var origins: [SCRAMOrigin] {
        secrets.compactMap { user, secret in
            if case .clear(let password) = secret { FrontendLogin.origin(user: user, password, seed: seed) } else { nil }
        }
    }

    /// Whether the two know the same of a user.
    package func agrees(with other: Authenticator, about user: String) -> Bool { secrets[user] == other.secrets[user] }

    /// What a user can be logged in to nodes with, before there was a login.
    package func secretForNodes(_ user: String) -> BackendSecret { secrets[user]?.forNodes ?? .none }

    /// What becomes of the login. `networks` is asked only where a rule says `samehost` or `samenet`.
    package func verdict(for applicant: Applicant, _ networks: () -> OwnNetworks = OwnNetworks.current) -> Verdict {
        let secret = secrets[applicant.seen.user]
        if secret == nil, hasQuery, mayNeedSecret(applicant, networks) { return .lookUp }
        return verdict(for: applicant, found: secret, networks)
    }

    /// The same once `auth_query` has answered; nil: it does not know the user either.
    package func verdict(for applicant: Applicant, found secret: UserSecret?, _ networks: () -> OwnNetworks = OwnNetworks.current) -> Verdict {
        switch policy {
        case .rules(let rules):
            guard let rule = rules.first(for: applicant.seen, networks) else { return Self.refuse(applicant, "no pool_hba.conf entry for", "no rule matches") }
            return verdict(by: rule, applicant, secret)
        case .knowledge(let allowsClearText):
            switch secret {
            case .clear, .verifier: return .logIn(.scram(secret))
            case .md5: return .logIn(.md5(secret))
            case nil: return allowsClearText ? .logIn(.password(nil)) : .relay
            }
        }
    }

    private func verdict(by rule: HostRule, _ applicant: Applicant, _ secret: UserSecret?) -> Verdict {
        switch rule.method {
        case .trust: .logIn(.trust(secret))
        case .reject: Self.refuse(applicant, "pool_hba.conf rejects connection for", "the rule at \(rule.place) rejects it")
        case .password: .logIn(.password(secret))
        case .md5: .logIn(.md5(secret))
        case .scramSHA256: .logIn(.scram(secret))
        case .certificate: .logIn(.certificate(commonName: applicant.certificateName, secret))
        case .pam(let service): .logIn(.pam(service: service, secret))
        }
    }

    /// Whoever is rejected in any case must not cost a query.
    private func mayNeedSecret(_ applicant: Applicant, _ networks: () -> OwnNetworks) -> Bool {
        guard case .rules(let rules) = policy else { return true }
        guard let rule = rules.first(for: applicant.seen, networks) else { return false }
        return rule.method != .reject
    }

    /// PostgreSQL's sentence about an entry, of our file.
    private static func refuse(_ applicant: Applicant, _ beginning: String, _ reason: String) -> Verdict {
        let seen = applicant.seen
        let host = seen.address.map { "host \"\($0)\"" } ?? "host \"[local]\""
        let database = seen.isPhysicalReplication ? "replication" : "database \"\(seen.database)\""
        let encryption = seen.isEncrypted ? "SSL encryption" : "no encryption"
        return .refuse(ErrorMessage(.fatal, .invalidAuthorization, "\(beginning) \(host), user \"\(seen.user)\", \(database), \(encryption)"), reason: reason)
    }
}
