internal import PostgresWire
internal import Reactor
internal import Sessions

/// Statements that the proxy answers itself.
extension Shard {
    static let adminTimeout = Duration.seconds(10)

    func administer(_ frontend: Frontend, _ statement: AdminStatement) {
        guard let session = frontend.session, peers.indices.contains(number) else { preconditionFailure("a statement before the session") }
        frontend.stage = .awaitingAdmin
        setTimer(frontend, after: Self.adminTimeout)
        let id = frontend.id, mailbox = peers[number], shared = shared
        shared.admin.answer(statement, user: session.startup.user, database: session.startup.database) { reply in
            if !mailbox.post(.adminReply(id, reply)) { shared.note(.debug, "an administrator's answer came too late") }
        }
    }

    func administered(_ frontend: Frontend, _ reply: AdminReply) {
        guard frontend.stage == .awaitingAdmin, let bytes = frontend.session?.administered(reply.bytes) else { return }
        cancelTimer(frontend)
        frontend.stage = .serving
        write(bytes, to: frontend)
        if !frontend.isClosed { revisit(frontend) }
    }
}
