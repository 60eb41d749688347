package import ClusterModel
package import Pooling

/// One pool, in one shard or over all of them.
package struct PoolReport: Hashable, Sendable {
    /// Whose the pool is. Without a node: frontends that have none.
    package struct Key: Hashable, Sendable {
        package let database: String
        package let user: String
        package let node: NodeID?

        package init(database: String, user: String, node: NodeID?) {
            self.database = database
            self.user = user
            self.node = node
        }

        init(_ key: PoolKey) { self.init(database: key.database, user: key.user, node: key.node) }
    }

    package let key: Key
    package let rule: PoolRule
    /// Frontends with a backend, or with nothing to do.
    package var activeFrontends = 0
    /// Frontends that wait for a backend, the login of some among them.
    package var waitingFrontends = 0
    /// Backends that a session holds, that wait for the next one, that are made ready for it, and that log in.
    package var activeBackends = 0
    package var idleBackends = 0
    package var readiedBackends = 0
    package var openingBackends = 0
    /// Cancel requests of frontends on their way to the node, and backends that may not be used until theirs has arrived.
    package var cancels = 0
    package var cancelledBackends = 0
    /// How long the first of those who wait has waited.
    package var longestWait = Duration.zero

    package init(_ key: Key, _ rule: PoolRule) {
        self.key = key
        self.rule = rule
    }

    /// Adds what another shard says of the same pool.
    package mutating func add(_ other: PoolReport) {
        activeFrontends += other.activeFrontends
        waitingFrontends += other.waitingFrontends
        activeBackends += other.activeBackends
        idleBackends += other.idleBackends
        readiedBackends += other.readiedBackends
        openingBackends += other.openingBackends
        cancels += other.cancels
        cancelledBackends += other.cancelledBackends
        longestWait = max(longestWait, other.longestWait)
    }

    mutating func count(_ state: BackendReport.State) {
        switch state {
        case .active: activeBackends += 1
        case .idle: idleBackends += 1
        case .tested: readiedBackends += 1
        case .login: openingBackends += 1
        case .beingCanceled: cancelledBackends += 1
        }
    }

    mutating func count(_ state: FrontendReport.State) {
        switch state {
        case .active: activeFrontends += 1
        case .waiting, .login: waitingFrontends += 1
        case .activeCancel, .closing: break // They need no backend any more.
        }
    }

    /// All of its backends.
    package var backends: Int { activeBackends + idleBackends + readiedBackends + openingBackends + cancelledBackends }
    /// All of its frontends.
    package var frontends: Int { activeFrontends + waitingFrontends }
}
