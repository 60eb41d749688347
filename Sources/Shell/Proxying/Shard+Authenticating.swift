internal import PostgresWire
internal import Reactor
internal import Sessions
internal import Settings

/// Who a frontend is: asked of every one by itself, whichever backends there are already.
extension Shard {
    /// The startup packet is read: finds out how this frontend proves who it is, and begins.
    func authenticate(_ frontend: Frontend) {
        guard let startup = frontend.session?.startup else { preconditionFailure("an authentication before the session") }
        // No connection may pass for a local one because it is gone, and cannot be asked.
        guard let place = Socket.place(frontend.descriptor) else { return close(frontend) }
        let address = Self.address(of: place)
        let seen = HostRule.Applicant(user: startup.user, database: startup.database, address: address, isEncrypted: frontend.transport.isEncrypted,
                                      isPhysicalReplication: startup.isReplication && startup["replication"]?.lowercased() != "database")
        guard max(startup.user.utf8.count, startup.database.utf8.count) <= Self.longestName else { return refuseLongName(frontend, address) }
        let applicant = Authenticator.Applicant(seen, certificateName: frontend.transport.tls?.peerCommonName)
        follow(configuration.authenticator.verdict(for: applicant), frontend, applicant)
    }

    /// nil for a Unix-domain socket.
    private static func address(of place: Socket.Place) -> NetworkAddress? {
        switch place {
        case .v4(let number): .v4(number)
        case .v6(let number): NetworkAddress(wide: number)
        case .local: nil
        }
    }

    private func follow(_ verdict: Authenticator.Verdict, _ frontend: Frontend, _ applicant: Authenticator.Applicant) {
        switch verdict {
        case .logIn(let method):
            if let secret = method.unasked { return accept(frontend, secret, of: applicant.seen.user) }
            let login = FrontendLogin(user: applicant.seen.user, method, entropy())
            authentication(of: frontend, applicant).login = login
            // Deriving takes milliseconds, in which the loop can serve others.
            guard let origin = login.origin, !shared.keys.isKnown(origin) else { return beginLogin(frontend) }
            frontend.stage = .awaitingVerdict
            let id = frontend.id, mailbox = peers[number]
            if !shared.keys.prepare(origin, { _ = mailbox.postAlways(.keysReady(id)) }) { beginLogin(frontend) }
        case .lookUp: lookUp(frontend, authentication(of: frontend, applicant))
        // No node can be asked for the daemon itself; an unknown administrator is asked for a proof that cannot be given, as a known one would be.
        case .relay where isForAdministration(applicant.seen.database): follow(.logIn(.scram(nil)), frontend, applicant)
        case .relay:
            frontend.authentication = nil
            hold(frontend)
        case .refuse(let message, let reason): refuse(frontend, applicant, message, reason)
        }
    }

    private func authentication(of frontend: Frontend, _ applicant: Authenticator.Applicant) -> Authentication {
        if let underWay = frontend.authentication { return underWay }
        let authentication = Authentication(applicant)
        frontend.authentication = authentication
        return authentication
    }

    /// The longest name in PostgreSQL, in bytes. Some of its versions cut a longer one, and would see another user or database than
    /// the rules saw.
    static let longestName = 63

    private func refuseLongName(_ frontend: Frontend, _ address: NetworkAddress?) {
        shared.note(.info, "a login was refused: a name of more than \(Self.longestName) bytes, from \(address?.description ?? "a local socket")")
        farewell(frontend, ErrorMessage(.fatal, .invalidAuthorization, "names of users and databases have at most \(Self.longestName) bytes").bytes)
    }

    private func entropy() -> LoginEntropy {
        LoginEntropy(nonce: chance.take(18), salt: chance.take(4), seed: configuration.authenticator.seed)
    }

    /// What the proof is checked by is there.
    func beginLogin(_ frontend: Frontend) {
        guard let authentication = frontend.authentication, let action = authentication.login?.begin(shared.keys.keys) else {
            preconditionFailure("the beginning of a login that there is not")
        }
        frontend.stage = .authenticating
        perform(action, frontend, authentication)
        if !frontend.isClosed, frontend.stage == .authenticating { revisit(frontend) }
    }

    // MARK: Others that are asked

    private func lookUp(_ frontend: Frontend, _ authentication: Authentication) {
        frontend.stage = .awaitingVerdict
        authentication.isLookedUp = true
        let id = frontend.id, mailbox = peers[number]
        shared.secrets.find(authentication.applicant.seen.user) { _ = mailbox.postAlways(.found(id, $0)) }
    }

    /// `auth_query` answered.
    func found(_ frontend: Frontend, _ answer: SecretAnswer) {
        guard frontend.stage == .awaitingVerdict, let authentication = frontend.authentication else { return }
        switch answer {
        case .known(let secret): follow(configuration.authenticator.verdict(for: authentication.applicant, found: secret), frontend, authentication.applicant)
        case .unknown: follow(configuration.authenticator.verdict(for: authentication.applicant, found: nil), frontend, authentication.applicant)
        case .failed(let reason):
            refuse(frontend, authentication.applicant, ErrorMessage(.fatal, .cannotConnectNow, "the secret of user \"\(authentication.applicant.seen.user)\" cannot be looked up now"), reason)
        }
    }

    /// A password that is stored nowhere here was judged.
    func judged(_ frontend: Frontend, _ judgement: FrontendLogin.Judgement) {
        guard frontend.stage == .awaitingVerdict, let authentication = frontend.authentication, let action = authentication.login?.judged(judgement) else { return }
        frontend.stage = .authenticating
        perform(action, frontend, authentication)
    }

    // MARK: Messages

    /// The client's side of the conversation. Returns how many bytes are done with.
    func takeProof(_ frontend: Frontend, _ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while frontend.stage == .authenticating, let authentication = frontend.authentication {
            let message: (kind: UInt8, body: UnsafeRawBufferPointer?)
            do {
                guard let next = try frontend.scanner.nextMessage(bytes, at: &offset) else { return offset }
                message = next
            } catch {
                refuse(frontend, authentication.applicant, ErrorMessage(.fatal, .protocolViolation, error.description), error.description)
                return bytes.count
            }
            guard let kind = FrontendMessageKind(rawValue: message.kind), let action = authentication.login?.received(kind, message.body) else {
                preconditionFailure("a message of kind \(message.kind) that the scanner let through, or before the login")
            }
            perform(action, frontend, authentication)
            if frontend.isClosed || frontend.stage == .closing { return bytes.count }
        }
        return offset
    }

    private func perform(_ action: FrontendLogin.Action, _ frontend: Frontend, _ authentication: Authentication) {
        switch action {
        case .send(let bytes): write(bytes, to: frontend)
        case .judge(let judge, let password):
            frontend.stage = .awaitingVerdict
            let seen = authentication.applicant.seen, id = frontend.id, mailbox = peers[number]
            let candidate = LoginCandidate(user: seen.user, database: seen.database, password: password, address: authentication.applicant.host)
            shared.secrets.judge(judge, candidate) { _ = mailbox.postAlways(.judged(id, $0)) }
        case .accepted(let secret, let words):
            write(words, to: frontend)
            accept(frontend, secret, of: authentication.applicant.seen.user)
        case .refused(let message, let reason):
            if authentication.isLookedUp { shared.secrets.doubt(authentication.applicant.seen.user) }
            refuse(frontend, authentication.applicant, message, reason)
        case .left: close(frontend)
        }
    }

    /// The frontend is who it says it is.
    private func accept(_ frontend: Frontend, _ secret: BackendSecret, of user: String) {
        if secret != .none { remember(secret, of: user) }
        frontend.authentication = nil
        if frontend.isClosed { return }
        frontend.stage = .authenticating
        letIn(frontend)
    }

    private func refuse(_ frontend: Frontend, _ applicant: Authenticator.Applicant, _ message: ErrorMessage, _ reason: String) {
        let seen = applicant.seen
        shared.note(.info, "a login was refused: user \"\(seen.user)\", database \"\(seen.database)\", from \(applicant.host ?? "a local socket"): \(reason)")
        frontend.authentication = nil
        farewell(frontend, message.bytes)
    }

    // MARK: Secrets for nodes

    /// What the daemon logs in to nodes with for this user, from the newest login on.
    private func remember(_ secret: BackendSecret, of user: String) {
        if secrets.count >= Self.mostSecrets, secrets[user] == nil { secrets.removeAll() }
        secrets[user] = secret
    }

    /// Users whose secrets one shard remembers; one that is forgotten is learnt again at the user's next login.
    private static let mostSecrets = 10_000

    /// What the daemon has for a user.
    func secretForNodes(_ user: String) -> BackendSecret { secrets[user] ?? configuration.authenticator.secretForNodes(user) }

    /// A node did not take the secret: it may have changed there.
    func forgetSecret(_ user: String) {
        secrets[user] = nil
        shared.secrets.doubt(user)
    }
}
