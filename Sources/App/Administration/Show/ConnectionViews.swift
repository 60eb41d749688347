internal import ClusterModel
internal import Foundation
internal import Proxying

/// `SHOW CLIENTS`, `SERVERS` and `SOCKETS`: the connections, with PgBouncer's columns.
enum ConnectionViews {
    /// A frontend or a backend.
    struct Row: Sendable {
        let type: String, user: String, database: String, replication: String, state: String
        let ends: ConnectionEnds
        let connected: String, requested: String
        let wait: Duration
        let isStale: Bool
        let id: ConnectionID, link: ConnectionID?
        let process: Int?
        let tls: String, applicationName: String
        let statements: Int
        let node: Int?
        let queries: UInt64

        init(_ frontend: FrontendReport, _ facts: AdminFacts) {
            (type, user, database, replication, state) = ("C", frontend.user, frontend.database, frontend.replication, frontend.state.rawValue)
            ends = frontend.ends
            connected = facts.time(frontend.age)
            requested = facts.time(frontend.idle)
            wait = frontend.wait ?? .zero
            isStale = false
            (id, link) = (frontend.id, frontend.backend)
            process = nil
            (tls, applicationName, statements) = (frontend.tls, frontend.applicationName, frontend.statements)
            node = nil
            queries = frontend.queries
        }

        init(_ backend: BackendReport, _ facts: AdminFacts) {
            (type, user, database, replication, state) = ("S", backend.user, backend.database, "none", backend.state.rawValue)
            ends = backend.ends
            connected = facts.time(backend.age)
            requested = facts.time(backend.idle)
            wait = .zero
            isStale = backend.isStale
            (id, link) = (backend.id, backend.frontend)
            process = Int(backend.process)
            (tls, applicationName, statements) = (backend.tls, backend.applicationName, backend.statements)
            node = backend.node.number
            queries = backend.queries
        }
    }

    private static let columns: [AdminColumn<Row>] = [
        .text("type", "C for a frontend, S for a backend") { $0.type },
        .text("user", "who logged in") { $0.user },
        .text("database", "where to") { $0.database },
        .text("replication", "none, logical or physical") { $0.replication },
        .text("state", "what it does") { $0.state },
        .text("addr", "the other end; unix for a Unix-domain socket") { $0.ends.peer },
        .integer("port", "its port") { $0.ends.peerPort },
        .text("local_addr", "our end") { $0.ends.own },
        .integer("local_port", "its port") { $0.ends.ownPort },
        .text("connect_time", "when it was opened") { $0.connected },
        .text("request_time", "when the client was heard last; when the backend was last given to one") { $0.requested },
        .integer("wait", "seconds that the frontend has waited for a backend") { $0.wait.wholeSeconds },
        .integer("wait_us", "and microseconds") { $0.wait.microsecondsOfSecond },
        .flag("close_needed", "it is closed as soon as nobody has it (RECONNECT)") { $0.isStale },
        .text("ptr", "its number") { $0.id.description },
        .text("link", "the number of its other half") { $0.link?.description ?? "" },
        .integer("remote_pid", "the process that serves it on the node") { $0.process },
        .text("tls", "protocol and cipher; empty without") { $0.tls },
        .text("application_name", "as the client says") { $0.applicationName },
        .integer("prepared_statements", "how many it has by name") { $0.statements },
        .text("id", "its number, as KILL_CLIENT takes it") { $0.id.description },
        .integer("node", "the node's number") { $0.node },
        .count("query_count", "statements that were answered") { $0.queries },
    ]

    private static func clients(_ facts: AdminFacts) -> [Row] { facts.report.frontends.sorted { $0.id < $1.id }.map { Row($0, facts) } }
    private static func servers(_ facts: AdminFacts) -> [Row] { facts.report.backends.sorted { $0.id < $1.id }.map { Row($0, facts) } }

    static let clients = AdminView.list("CLIENTS", "the frontends", asking: .frontends, columns, clients)
    static let servers = AdminView.list("SERVERS", "the backends", asking: .backends, columns, servers)
    static let sockets = AdminView.list("SOCKETS", "both", asking: [.frontends, .backends], columns) { clients($0) + servers($0) }
    static let activeSockets = AdminView.list("ACTIVE_SOCKETS", "those of both that do something", asking: [.frontends, .backends], columns) { facts in
        (clients(facts) + servers(facts)).filter { $0.state != BackendReport.State.idle.rawValue }
    }
}
