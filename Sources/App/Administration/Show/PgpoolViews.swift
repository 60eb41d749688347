internal import ClusterModel
internal import Coordination
internal import PostgresWire
internal import Proxying
internal import Settings

/// pgpool-II's views, with its columns. Where pgpool has a process a row has the session, whose number stands for the process.
enum PgpoolViews {
    static let nodes = AdminView(name: "pool_nodes", meaning: "the nodes, as pgpool-II shows them", access: .everybody, parts: [],
                                 columns: PoolNodes.columns.map { ResultColumn($0) }, meanings: PoolNodes.columns.map { _ in "as in pgpool-II" }) { facts in
        facts.cluster.map { PoolNodes.table($0, reader: $0.primary).rows } ?? []
    }

    static let version = AdminView.list("pool_version", "the version", for: .everybody, [
        .text("pool_version", "the version") { (facts: AdminFacts) in "understudy \(facts.process.version)" },
    ]) { [$0] }

    static let status = AdminView.list("pool_status", "the parameters, as pgpool-II shows them; secrets are hidden", for: .adminUsers, [
        .text("item", "the parameter") { $0.name }, .text("value", "its value in force") { $0.value }, .text("description", "what it means") { $0.meaning },
    ]) { (facts: AdminFacts) -> [Settings.Entry] in facts.settings.entries }

    private static let processColumns: [AdminColumn<ConnectionRow>] = [
        .text("pool_pid", "the session's number") { $0.frontend.id.description },
        .text("start_time", "when the daemon started") { AdminFacts.text($0.facts.process.startedAt) },
        .integer("client_connection_count", "1") { _ in 1 },
        .text("database", "the database") { $0.frontend.database },
        .text("username", "the user") { $0.frontend.user },
        .text("backend_connection_time", "when its backend was opened; empty without one") { $0.backendTime },
        .integer("pool_counter", "how often its backend was given to a session") { $0.backend.map { Int(clamping: $0.assignments) } ?? 0 },
        .text("status", "Idle, Idle in transaction, Execute command or Connecting") { $0.status },
    ]

    static let processes = AdminView.list("pool_processes", "the sessions, as pgpool-II shows its processes", asking: [.frontends, .backends], processColumns, rows)

    private static let poolColumns: [AdminColumn<BackendRow>] = [
        .text("pool_pid", "the number of the session that has it") { $0.backend.frontend?.description ?? "" },
        .text("start_time", "when the daemon started") { AdminFacts.text($0.facts.process.startedAt) },
        .integer("client_connection_count", "how often it was given to a session") { Int(clamping: $0.backend.assignments) },
        .integer("pool_id", "0") { _ in 0 },
        .integer("backend_id", "the node's number") { $0.backend.node.number },
        .text("database", "the database") { $0.backend.database },
        .text("username", "the user") { $0.backend.user },
        .text("backend_connection_time", "when it was opened") { $0.facts.time($0.backend.age) },
        .text("client_connection_time", "when its session connected") { row in row.frontend.map { row.facts.time($0.age) } ?? "" },
        .text("client_disconnection_time", "unknown here: empty") { _ in "" },
        .integer("client_idle_duration", "seconds since its client was heard") { $0.frontend?.idle.wholeSeconds ?? 0 },
        .integer("majorversion", "of the protocol") { _ in 3 },
        .integer("minorversion", "of the protocol") { _ in 0 },
        .integer("pool_counter", "how often it was given to a session") { Int(clamping: $0.backend.assignments) },
        .integer("pool_backendpid", "the process that serves it on the node") { Int($0.backend.process) },
        .flag("pool_connected", "a session has it") { $0.backend.frontend != nil },
        .text("status", "as in pool_processes") { $0.backend.frontend == nil ? "Wait for connection" : "Idle" },
        .flag("load_balance_node", "always 0: reads are not balanced yet") { _ in false },
        .text("client_host", "where its client is") { $0.frontend?.ends.peer ?? "" },
        .text("client_port", "and its port") { $0.frontend.map { String($0.ends.peerPort) } ?? "" },
        .text("statement", "unknown here: empty") { _ in "" },
    ]

    static let pools = AdminView.list("pool_pools", "the backends, as pgpool-II shows its pools", asking: [.frontends, .backends], poolColumns) { (facts: AdminFacts) -> [BackendRow] in
        let frontends = Dictionary(facts.report.frontends.map { ($0.id, $0) }) { first, _ in first }
        return facts.report.backends.sorted { $0.id < $1.id }.map { backend in
            BackendRow(facts: facts, backend: backend, frontend: backend.frontend.flatMap { frontends[$0] })
        }
    }

    /// A session, and its backend where it has one.
    struct ConnectionRow: Sendable {
        let facts: AdminFacts
        let frontend: FrontendReport
        let backend: BackendReport?

        var backendTime: String { backend.map { facts.time($0.age) } ?? "" }

        /// pgpool's words.
        var status: String {
            switch frontend.state {
            case .login: "Connecting"
            case .waiting: "Execute command"
            case .active: frontend.isBusy ? "Execute command" : frontend.isInTransaction ? "Idle in transaction" : "Idle"
            case .activeCancel, .closing: "Idle"
            }
        }
    }

    struct BackendRow: Sendable {
        let facts: AdminFacts
        let backend: BackendReport
        let frontend: FrontendReport?
    }

    private static func rows(_ facts: AdminFacts) -> [ConnectionRow] {
        let backends = Dictionary(facts.report.backends.map { ($0.id, $0) }) { first, _ in first }
        return facts.report.frontends.sorted { $0.id < $1.id }.map { ConnectionRow(facts: facts, frontend: $0, backend: $0.backend.flatMap { backends[$0] }) }
    }

    /// What pgpool has and there are no facts for yet.
    static let notYet: Set = ["pool_cache", "pool_health_check_stats", "pool_backend_stats"]
}
