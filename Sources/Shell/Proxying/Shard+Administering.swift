internal import PostgresWire
internal import Reactor
internal import Sessions

/// Statements that the proxy answers itself: single ones of ordinary sessions, and all of an administrator's.
extension Shard {
    /// For single ones; an administrator's command may take as long as it takes.
    static let adminTimeout = Duration.seconds(10)

    func administer(_ frontend: Frontend, _ statement: AdminStatement) {
        guard let startup = frontend.session?.startup else { preconditionFailure("a statement before the session") }
        setTimer(frontend, after: Self.adminTimeout)
        let asker = AdminAsker(user: startup.user, database: startup.database), reply = replying(to: frontend)
        shared.admin.answer(statement, for: asker, reply: reply)
    }

    /// The frontend waits; what is called brings the answer to this loop.
    private func replying(to frontend: Frontend) -> @Sendable (AdminReply) -> Void {
        frontend.stage = .awaitingAdmin
        let id = frontend.id, mailbox = peers[number], shared = shared
        return { reply in
            // One for each frontend at most: what waits is bounded by them.
            if !mailbox.postAlways(.adminReply(id, reply)) { shared.note(.debug, "an administrator's answer came too late") }
        }
    }

    func administered(_ frontend: Frontend, _ reply: AdminReply) {
        guard frontend.stage == .awaitingAdmin else { return }
        let bytes = frontend.administration?.session.answered(reply) ?? frontend.session?.administered(reply.bytes) ?? []
        cancelTimer(frontend)
        frontend.stage = .serving
        write(bytes, to: frontend)
        if !frontend.isClosed { revisit(frontend) }
    }

    // MARK: The databases of the daemon itself

    /// Whether the frontend asked for the daemon itself.
    func isForAdministration(_ database: String) -> Bool { AdminGreeting.databases.contains(database) }

    /// Somebody who has proved who it is wants to speak to the daemon itself.
    func beginAdministration(_ frontend: Frontend) {
        guard let session = frontend.session else { preconditionFailure("an administrator before the session") }
        let startup = session.startup
        guard shared.admin.admits(startup.user) else {
            return farewell(frontend, ErrorMessage(.fatal, .invalidAuthorization, "user \"\(startup.user)\" may not use the database \"\(startup.database)\"",
                                                   hint: "Name the user in admin_users or stats_users.").bytes)
        }
        frontend.administration = Administration(AdminAsker(user: startup.user, database: startup.database))
        frontend.stage = .serving
        cancelTimer(frontend)
        write(AdminGreeting.bytes(user: startup.user, applicationName: startup["application_name"] ?? "", key: session.key, version: shared.admin.version), to: frontend)
        if !frontend.isClosed { revisit(frontend) }
    }

    /// An administrator's messages. Returns how many bytes are done with.
    func takeAdministration(_ frontend: Frontend, _ administration: Administration, _ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while frontend.stage == .serving, !frontend.isClosed {
            do {
                guard let message = try frontend.scanner.nextMessage(bytes, at: &offset) else { return offset }
                guard let kind = FrontendMessageKind(rawValue: message.kind) else { preconditionFailure("a message of kind \(message.kind) that the scanner let through") }
                perform(administration.session.received(kind, message.body), frontend, administration)
            } catch {
                refuse(frontend, error)
                return bytes.count
            }
        }
        return frontend.isClosed || frontend.stage == .closing ? bytes.count : offset
    }

    private func perform(_ action: AdminSession.Action, _ frontend: Frontend, _ administration: Administration) {
        switch action {
        case .reply(let bytes): write(bytes, to: frontend)
        case .describe(let text): write(administration.session.described(shared.admin.shape(of: text, for: administration.asker)), to: frontend)
        case .run(let text): administration.giveUp = shared.admin.run(text, for: administration.asker, reply: replying(to: frontend))
        case .terminate: close(frontend)
        case .close(let words): farewell(frontend, words)
        }
    }
}
