internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions
internal import Settings

/// Some of a list, and where the rest begins; nil where there is none.
struct ReportSlice<Report: Sendable>: Sendable {
    var reports: [Report] = []
    var next: Int?
}

/// What a shard says of itself. Long lists go in slices, so that no session waits for an administrator.
extension Shard {
    /// Places of a table that are looked at in one turn.
    private static let slice = 256

    func report(_ parts: ProxyReport.Parts) -> ProxyReport {
        var report = ProxyReport()
        report.counts = counts()
        report.service = service.switched
        report.addresses = Dictionary(addresses.map { ($0.key.host, $0.value.map { $0.numericHost ?? $0.description }) }) { first, _ in first }
        if parts.contains(.traffic) { report.traffic = figures.reports }
        if parts.contains(.pools) { report.pools = poolReports() }
        return report
    }

    private func counts() -> ProxyReport.Counts {
        var counts = ProxyReport.Counts()
        counts.frontends = frontends.count
        counts.backends = backends.count
        for frontend in frontends.all where frontend.figures == nil && frontend.administration == nil { counts.loggingIn += 1 }
        for pool in pools.values { counts.idleBackends += pool.core.idleCount }
        for backend in backends.all { counts.preparedStatements += backend.state.preparedCount }
        counts.bufferBytes = shared.budget.reserved
        counts.bufferLimit = shared.budget.limit
        return counts
    }

    // MARK: Pools

    private func poolReports() -> [PoolReport] {
        var reports: [PoolReport.Key: PoolReport] = [:]
        func change(_ key: PoolReport.Key, _ change: (inout PoolReport) -> Void) {
            change(&reports[key, default: PoolReport(key, configuration.rule(database: key.database, user: key.user))])
        }
        for pool in pools.values {
            change(PoolReport.Key(pool.key)) { report in
                report.longestWait = pool.core.oldestWait.map { reactor.now.forPools.since($0) } ?? .zero
            }
        }
        for backend in backends.all {
            guard let names = names(of: backend) else { continue }
            change(PoolReport.Key(database: names.database, user: names.user, node: backend.node)) { $0.count(Self.state(of: backend)) }
        }
        for frontend in frontends.all {
            guard let startup = frontend.session?.startup, let state = state(of: frontend) else { continue }
            let node = frontend.administration == nil ? topology.primary?.id : nil
            change(PoolReport.Key(database: startup.database, user: startup.user, node: node)) { report in
                report.count(state)
                if frontend.backend?.cancels ?? 0 > 0 { report.cancels += 1 }
            }
        }
        return Array(reports.values)
    }

    // MARK: Connections

    func frontendReports(from first: Int) -> ReportSlice<FrontendReport> {
        var slice = ReportSlice<FrontendReport>()
        let end = min(first + Self.slice, frontends.places)
        for place in first..<max(first, end) { if let frontend = frontends[place], let report = report(frontend) { slice.reports.append(report) } }
        slice.next = end < frontends.places ? end : nil
        return slice
    }

    func backendReports(from first: Int) -> ReportSlice<BackendReport> {
        var slice = ReportSlice<BackendReport>()
        let end = min(first + Self.slice, backends.places)
        for place in first..<max(first, end) { if let backend = backends[place] { slice.reports.append(report(backend)) } }
        slice.next = end < backends.places ? end : nil
        return slice
    }

    private func report(_ frontend: Frontend) -> FrontendReport? {
        guard let state = state(of: frontend) else { return nil }
        let session = frontend.session, now = reactor.now
        var report = FrontendReport(id: id(of: frontend), user: session?.startup.user ?? "", database: session?.startup.database ?? "", state: state,
                                    ends: ends(frontend.descriptor), age: now - frontend.connectedAt,
                                    idle: now - max(frontend.heardAt, frontend.connectedAt))
        report.wait = frontend.waitingAt.map { now - $0 }
        report.backend = frontend.backend.map(id(of:))
        report.applicationName = session?.told["application_name"] ?? session?.startup["application_name"] ?? ""
        report.statements = session?.statementCount ?? 0
        report.tls = Self.words(frontend.transport)
        if let session, session.isReplication { report.replication = session.startup["replication"]?.lowercased() == "database" ? "logical" : "physical" }
        if let session, session.isInService {
            report.mode = session.mode
            report.hold = session.mode == .session ? nil : session.hold
            report.obstacle = session.obstacle
            report.isInTransaction = session.status != .idle
        }
        report.isBusy = frontend.backend?.state.isBusy == true
        report.queries = frontend.queries
        report.transactions = frontend.transactions
        return report
    }

    private func report(_ backend: Backend) -> BackendReport {
        let now = reactor.now, names = names(of: backend)
        var report = BackendReport(id: id(of: backend), node: backend.node, user: names?.user ?? "", database: names?.database ?? "",
                                   state: Self.state(of: backend), ends: ends(backend.descriptor), age: now - backend.openedAt, idle: now - backend.history.assignedAt)
        report.isStale = names.map { service.isStale($0.database, openedAt: backend.openedAt) } ?? false
        report.frontend = backend.frontend.map(id(of:))
        report.process = backend.key?.process ?? 0
        report.applicationName = backend.state.parameters["application_name"] ?? ""
        report.statements = backend.state.preparedCount
        report.tls = Self.words(backend.transport)
        report.assignments = backend.history.assignments
        report.queries = backend.history.queries
        return report
    }

    /// Protocol and cipher; empty without TLS.
    private static func words(_ transport: Transport) -> String {
        guard let tls = transport.tls, tls.isEstablished else { return "" }
        return "\(tls.version)/\(tls.cipher)"
    }

    private func ends(_ descriptor: Int32) -> ConnectionEnds {
        let peer = Socket.peer(descriptor), own = Socket.own(descriptor)
        return ConnectionEnds(peer: peer?.host ?? "unix", peerPort: peer?.port ?? configuration.port, own: own?.host ?? "unix", ownPort: own?.port ?? configuration.port)
    }

    /// Nil while it has not said anything.
    private func state(of frontend: Frontend) -> FrontendReport.State? {
        switch frontend.stage {
        case .startingUp: nil
        case .authenticating, .awaitingVerdict: .login
        case .serving, .awaitingAnswers, .awaitingAdmin: frontend.session?.isInService == true || frontend.administration != nil ? .active : .login
        case .held: frontend.session?.isInService == true ? .waiting : .login
        case .cancelling: .activeCancel
        case .closing: .closing
        }
    }

    private static func state(of backend: Backend) -> BackendReport.State {
        switch backend.stage {
        case .connecting, .askingForTLS, .shakingHands, .loggingIn: .login
        case .idle: .idle
        case .aligning, .resetting: .tested
        case .serving: .active
        case .awaitingCancel, .ending: .beingCanceled
        }
    }
}
