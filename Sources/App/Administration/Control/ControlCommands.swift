internal import ClusterModel
package import Coordination
internal import Failover
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
        case "events.show": try await answer(send) { try await flight(request.event ?? "") }
        case "safety":
            let safety = await coordinator.safety()
            try await answer(SafetyView(await coordinator.snapshot(), safety.table, safety.synchronousSet), send)
        case "pools": try await ask("SHOW POOLS", send)
        case "pause": try await ask(Self.command("PAUSE", request.database), send)
        case "resume": try await ask(Self.command("RESUME", request.database), send)
        case "reload": try await answer(send) { try await reload(requestedBy) }
        case "attach", "detach", "promote", "maintenance": try await answer(send) { try await carryOut(request.command, request.order ?? OrderRequest(), requestedBy) }
        case "failover.accept_loss": try await answer(send) { try await coordinator.acceptLoss(in: Epoch(request.epoch ?? 0), by: requestedBy) }
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
                error: "there is no command \"\(request.command)\"; this daemon knows status, nodes, events, safety, pools, pause, resume, attach, detach, promote, maintenance, failover, reload, hooks")))
        }
    }

    /// Returns what is so now.
    private func carryOut(_ command: String, _ order: OrderRequest, _ requestedBy: String) async throws -> OrderView {
        if command == "maintenance" { return OrderView(done: try await coordinator.setMaintenance(order.isOn ?? true, by: requestedBy)) }
        let snapshot = await coordinator.snapshot(), word = order.node ?? ""
        guard let node = snapshot.nodes.first(where: { $0.node.name == word || String($0.node.id.number) == word })?.node.id else {
            throw ControlClient.Failure(description: "there is no node \(word): they are \(snapshot.nodes.map(\.node.name).joined(separator: ", "))")
        }
        switch command {
        case "attach": return OrderView(done: try await coordinator.attach(node, by: requestedBy))
        case "promote": return OrderView(done: try await coordinator.promote(node, by: requestedBy))
        default:
            let hold = Hold(.detached, by: requestedBy, reason: order.reason ?? "")
            return OrderView(done: try await coordinator.detach(node, hold, failsOver: order.failsOver ?? false))
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

    /// What is on record of a procedure; `word` is its id, or the number of one of its lines.
    private func flight(_ word: String) async throws -> FlightView {
        var id = word
        if let number = Int(word) {
            guard let line = try await journal.events(after: number - 1, limit: 1).first, line.number == number else { throw ControlClient.Failure(description: "there is no event \(word) in the journal") }
            guard let procedure = try EventView(line).event else { return try FlightView(word, [line], hooks: []) }
            id = procedure
        }
        let lines = try await journal.events(of: id)
        guard !lines.isEmpty else { throw ControlClient.Failure(description: "nothing is on record of \"\(word)\": `understudy events` lists what is, and --json shows the ids") }
        return try FlightView(id, lines, hooks: try await hooks.runs(within: id))
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
