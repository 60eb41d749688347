internal import ClusterModel
internal import Pooling
internal import Proxying
internal import Settings

/// `SHOW POOLS`, with PgBouncer's columns; one row a database, user and node.
enum PoolsView {
    static let view = AdminView.list("POOLS", "the pools, with their frontends and backends", asking: .pools, columns) { facts in
        facts.report.pools.sorted { ($0.key.database, $0.key.user, $0.key.node?.number ?? -1) < ($1.key.database, $1.key.user, $1.key.node?.number ?? -1) }
    }

    private static let columns: [AdminColumn<PoolReport>] = [
        .text("database", "the database") { $0.key.database },
        .text("user", "the user") { $0.key.user },
        .integer("cl_active", "frontends that have a backend, or nothing to do") { $0.activeFrontends },
        .integer("cl_waiting", "frontends that wait for a backend") { $0.waitingFrontends },
        .integer("cl_active_cancel_req", "cancel requests on their way to the node") { $0.cancels },
        .integer("cl_waiting_cancel_req", "cancel requests that wait to be sent: none ever does") { _ in 0 },
        .integer("sv_active", "backends that a session holds") { $0.activeBackends },
        .integer("sv_active_cancel", "connections that carry a cancel request") { $0.cancels },
        .integer("sv_being_canceled", "backends kept aside until a cancel request has arrived") { $0.cancelledBackends },
        .integer("sv_idle", "backends that nobody has") { $0.idleBackends },
        .integer("sv_used", "backends idle for so long that they are checked first: none here, so 0") { _ in 0 },
        .integer("sv_tested", "backends that take over a session's settings, or forget them") { $0.readiedBackends },
        .integer("sv_login", "backends that connect and log in") { $0.openingBackends },
        .integer("maxwait", "seconds that the first of the waiting has waited") { $0.longestWait.wholeSeconds },
        .integer("maxwait_us", "and microseconds") { $0.longestWait.microsecondsOfSecond },
        .text("pool_mode", "how long a session keeps a backend") { $0.rule.mode.rawValue },
        .text("load_balance_hosts", "unknown here: NULL") { _ in nil },
        .integer("node", "the node's number; NULL without a primary") { $0.key.node?.number },
        .integer("pool_size", "most backends") { $0.rule.size },
    ]
}
