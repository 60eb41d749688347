package import Coordination
internal import PostgresWire
internal import Sessions
internal import Storage

/// What the daemon answers on its control socket: the verbs and where each gets its facts.
package struct ControlCommands: Sendable {
    /// Most events one request may ask for.
    package static let eventLimit = 10_000

    private let coordinator: ClusterCoordinator
    private let journal: EventJournal
    private let office: AdminOffice
    private let status: @Sendable (ClusterSnapshot) async throws -> StatusView
    private let reload: @Sendable (_ requestedBy: String) async throws -> ReloadView
    private let hooks: any HookDesk

    /// `status` adds what the process and the proxy know to a snapshot; `reload` reads the configuration again, and throws what is
    /// wrong with it.
    package init(coordinator: ClusterCoordinator, journal: EventJournal, office: AdminOffice, status: @escaping @Sendable (ClusterSnapshot) async throws -> StatusView,
                 reload: @escaping @Sendable (_ requestedBy: String) async throws -> ReloadView, hooks: any HookDesk) {
        self.coordinator = coordinator
        self.journal = journal
        self.office = office
        self.status = status
        self.reload = reload
        self.hooks = hooks
    }

    /// A `ControlServer.Responder`.
    @Sendable package func respond(_ request: ControlRequest, _ requestedBy: String, _ send: ControlServer.Send) async throws {
        switch request.command {
        case "status": try await answer(send) { try await status(coordinator.snapshot()) }
        case "nodes": try await answer(NodeView.all(await coordinator.snapshot()), send)
        case "events": try await events(min(max(request.limit ?? 20, 0), Self.eventLimit), follow: request.follow ?? false, send)
        case "pools": try await ask("SHOW POOLS", send)
        case "pause": try await ask(Self.command("PAUSE", request.database), send)
        case "resume": try await ask(Self.command("RESUME", request.database), send)
        case "reload": try await answer(send) { try await reload(requestedBy) }
        case "hooks.list": try await answer(send) { try await hooks.list(event: request.event) }
        case "hooks.deploy": try await answer(send) { try await hooks.deploy(folder: request.folder, requestedBy: requestedBy) }
        case "hooks.rollback": try await answer(send) { try await hooks.rollBack(to: request.generations?.first, requestedBy: requestedBy) }
        case "hooks.diff": try await answer(send) { try await hooks.difference(from: request.generations?.first ?? 0, to: request.generations?.dropFirst().first) }
        case "hooks.run": try await answer(send) { try await hooks.fire(request.run ?? HookRunRequest(), requestedBy: requestedBy) }
        case "hooks.replay": try await answer(send) { try await hooks.replay(request.run ?? HookRunRequest()) }
        case "hooks.spec": try await answer(send) { try await hooks.spec(request.run ?? HookRunRequest()) }
        case "hooks.cancel": try await answer(send) { try await hooks.cancel(event: request.run?.event ?? "") }
        case "hooks.console": try await answer(send) { try await hooks.evaluate(request.run ?? HookRunRequest(), requestedBy: requestedBy) }
        case "hooks.trace":
            do { try await hooks.trace(request.run ?? HookRunRequest()) { try await answer($0, send) } } catch {
                try await send(try ControlLine.encode(ControlReply<String>(error: "\(error)")))
            }
            try await send(try ControlLine.encode(ControlReply<HookTraceView>(result: HookTraceView())))
        default:
            try await send(try ControlLine.encode(ControlReply<String>(
                error: "there is no command \"\(request.command)\"; this daemon knows status, nodes, events, pools, pause, resume, reload, hooks")))
        }
    }

    /// A statement of the administrator's databases.
    private func ask(_ statement: String, _ send: ControlServer.Send) async throws {
        switch await office.run(statement) {
        case .table(let columns, let rows): try await answer(Table(columns: columns.map(\.name), rows: rows), send)
        case .done(let tag, let notices): try await answer(Table(columns: ["done"], rows: ([tag] + notices).map { [$0] }), send)
        case .nothing: try await answer(Table(columns: [], rows: []), send)
        case .failed(let error): try await send(try ControlLine.encode(ControlReply<String>(error: error.message)))
        }
    }

    private static func command(_ verb: String, _ database: String?) -> String {
        database.map { "\(verb) \"\($0.replacing("\"", with: "\"\""))\"" } ?? verb
    }

    /// One reply with a list; when following, one reply an event, for ever.
    private func events(_ limit: Int, follow: Bool, _ send: ControlServer.Send) async throws {
        let latest = try await journal.latest(limit)
        guard follow else { return try await answer(latest.map(EventView.init), send) }
        var last = 0
        for event in latest {
            try await answer(EventView(event), send)
            last = event.number
        }
        if latest.isEmpty { last = try await journal.latest(1).last?.number ?? 0 }
        for await _ in await journal.wakeUps() {
            for event in try await journal.events(after: last, limit: Self.eventLimit) {
                try await answer(EventView(event), send)
                last = event.number
            }
        }
    }

    /// The result of `body`, or what it throws as a sentence.
    private func answer<Result: Codable & Sendable>(_ send: ControlServer.Send, _ body: () async throws -> Result) async throws {
        let result: Result
        do { result = try await body() } catch { return try await send(try ControlLine.encode(ControlReply<String>(error: "\(error)"))) }
        try await answer(result, send)
    }

    private func answer<Result: Codable & Sendable>(_ result: Result, _ send: ControlServer.Send) async throws {
        try await send(try ControlLine.encode(ControlReply(result: result)))
    }
}
