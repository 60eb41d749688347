package import Pooling
package import Reactor
package import Sessions

/// What the data path must know from the configuration.
package struct ProxyConfiguration: Sendable {
    /// Host names or addresses; `*` for all. Empty: no TCP.
    package var listenAddresses: [String] = ["localhost"]
    /// 0 lets the kernel choose; meant for tests.
    package var port = 9999
    package var unixSocketDirectories: [String] = []
    package var unixSocketMode: UInt32 = 0o777
    /// A group number.
    package var unixSocketGroup: UInt32?
    package var backlog: Int32 = 1024
    /// One loop each.
    package var shardCount = 2
    /// Sessions; a further one is refused with 53300.
    package var maxFrontends = 1000
    /// The parameter that says so, for who is refused.
    package var maxFrontendsName = "max_client_conn"
    /// From accept to the end of the login, waiting for a primary included; nil is for ever.
    package var authenticationTimeout: Duration? = .seconds(60)
    /// How long a statement is held while there is no primary.
    package var queryWaitTimeout = Duration.seconds(120)
    /// After how long a client is told that its statement waits; nil is never.
    package var queryWaitNotify: Duration? = .seconds(5)
    /// What holds for pools, and what differs for single databases and users.
    package var pooling = PoolRule()
    package var overrides = PoolOverrides()
    /// What a backend runs after a session that held it to its end.
    package var resetQueries = ["ABORT", "DISCARD ALL"]
    /// Prepared statements that one backend keeps.
    package var preparedStatements = 200
    /// How long a node that refused a user is not asked again for it.
    package var loginRetry = Duration.seconds(1)
    package var cancelWaitTimeout = Duration.seconds(10)
    package var limits = TimeLimits()
    /// One connection to a node, and the first answer to it.
    package var connectTimeout = Duration.seconds(1)
    /// All buffers of all connections, in bytes.
    package var memoryLimit = 1 << 30
    /// Who may log in.
    package var authenticator = Authenticator.relaying
    /// What frontends are offered; nil is no TLS.
    package var frontendTLS: TLSContext?
    package var nodeTLS = NodeTLS.disabled
    /// Of connections from applications and to nodes.
    package var tcp = TCPOptions()
    /// How often the names of nodes are looked up again.
    package var nameRefresh = Duration.seconds(30)

    /// The number of a shard has seven bits in a process number, and 0 is not used.
    package static let mostShards = 126

    package init() {}

    /// With at least one shard, and no more than there may be.
    var withinBounds: Self {
        var bounded = self
        bounded.shardCount = max(1, min(shardCount, Self.mostShards))
        return bounded
    }

    /// What holds for the pools of a database and user.
    func rule(database: String, user: String) -> PoolRule { overrides.applied(to: pooling, database: database, user: user) }
}

/// How long clients may take; nil is for ever.
package struct TimeLimits: Hashable, Sendable {
    /// Without sending anything, whatever the state.
    package var idle: Duration?
    /// Without sending anything inside a transaction.
    package var idleInTransaction: Duration?
    package var transaction: Duration?
    package var statement: Duration?

    package init() {}

    var areNone: Bool { self == TimeLimits() }
}
