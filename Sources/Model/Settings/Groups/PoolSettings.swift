/// How sessions share backends.
package struct PoolSettings: SettingsGroup {
    package let title = "Pooling"

    package let mode = Parameter.choice(
        "pool_mode", PoolMode.allCases.map(\.rawValue), default: "session", .reload,
        "How long a session keeps a backend: until it ends, until its transaction ends, or until its statement ends (transaction blocks are refused then).")
    package let size = Parameter.integer(
        "default_pool_size", 0...100_000, default: 0, .reload,
        "Most backends of one database and user on a node; 0 is 20 where transactions or statements are pooled, and as many as frontends where sessions are.")
    package let minimum = Parameter.integer(
        "min_pool_size", 0...100_000, default: 0, .reload, "Backends of a pool that was used that are kept open although nobody needs them.")
    package let reserve = Parameter.integer(
        "reserve_pool_size", 0...100_000, default: 0, .reload, "Further backends of a pool for frontends that have waited reserve_pool_timeout.")
    package let reserveTimeout = Parameter.duration(
        "reserve_pool_timeout", .zero ... .seconds(86_400), unit: .seconds, default: "5s", .reload,
        "How long a frontend waits before the reserve is opened to it.")
    package let maxDatabaseConnections = Parameter.integer(
        "max_db_connections", 0...1_000_000, default: 0, .reload,
        "Most backends of all pools of one database; at the limit an idle one of another pool makes room. 0 is no limit.")
    package let maxUserConnections = Parameter.integer(
        "max_user_connections", 0...1_000_000, default: 0, .reload, "The same for all pools of one user.")
    package let lifetime = Parameter.duration(
        "server_lifetime", .zero ... .seconds(31_536_000), unit: .seconds, default: "3600s", .reload,
        "How old a backend may grow before it is replaced; it is never taken from a session. 0 is for ever.")
    package let connectionLifeTime = Parameter.duration(
        "connection_life_time", .zero ... .seconds(31_536_000), unit: .seconds, default: "0", .reload,
        "pgpool's server_lifetime: where both are set, the shorter holds. 0 leaves it to server_lifetime.")
    package let idleTimeout = Parameter.duration(
        "server_idle_timeout", .zero ... .seconds(31_536_000), unit: .seconds, default: "600s", .reload,
        "How long a backend may be of no use before it is closed; 0 is for ever.")
    package let childLifeTime = Parameter.duration(
        "child_life_time", .zero ... .seconds(31_536_000), unit: .seconds, default: "0", .reload,
        "pgpool's server_idle_timeout: where both are set, the shorter holds. 0 leaves it to server_idle_timeout.")
    package let resetQueries = Parameter.string(
        "reset_query_list", default: "ABORT; DISCARD ALL", .reload,
        "Statements that a backend runs after a session that held it to its end, before another gets it; ABORT only where a block is open.")
    package let preparedStatements = Parameter.integer(
        "max_prepared_statements", 1...100_000, default: 200, .reload,
        "Prepared statements that one backend keeps; the one used longest ago makes room.")
    package let loginRetry = Parameter.duration(
        "server_login_retry", .milliseconds(1) ... .seconds(3600), unit: .seconds, default: "1s", .reload,
        "How long a node that refused a user's login is not asked again for that user; frontends that need it get the node's refusal meanwhile.")
    package let shards = Parameter.integer(
        "shards", 0...126, default: 0, .restart, "Event loops, each on a thread of its own; 0 is one for each processor.")
}

/// How long clients may take.
package struct TimeoutSettings: SettingsGroup {
    package let title = "Timeouts"

    package let clientIdle = Parameter.duration(
        "client_idle_limit", .zero ... .seconds(31_536_000), unit: .seconds, default: "0", .reload,
        "A session whose client sends nothing for so long is ended, also inside a transaction; 0 is never.")
    package let idleTransaction = Parameter.duration(
        "idle_transaction_timeout", .zero ... .seconds(31_536_000), unit: .seconds, default: "0", .reload,
        "A session whose client sends nothing for so long inside a transaction is ended; 0 is never.")
    package let transaction = Parameter.duration(
        "transaction_timeout", .zero ... .seconds(31_536_000), unit: .seconds, default: "0", .reload,
        "A session whose transaction lasts longer is ended; 0 is never.")
    package let query = Parameter.duration(
        "query_timeout", .zero ... .seconds(31_536_000), unit: .seconds, default: "0", .reload,
        "A session whose statement takes longer is ended; 0 is never. statement_timeout of PostgreSQL ends the statement alone.")
    package let queryWaitNotify = Parameter.duration(
        "query_wait_notify", .zero ... .seconds(86_400), unit: .seconds, default: "5s", .reload,
        "A client whose statement has waited so long for a backend is told by a notice; 0 is never.")
    package let cancelWait = Parameter.duration(
        "cancel_wait_timeout", .milliseconds(100) ... .seconds(3600), unit: .seconds, default: "10s", .reload,
        "How long a cancel request may take to reach a node.")
}
