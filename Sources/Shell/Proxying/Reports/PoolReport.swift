package import Pooling
package import Settings

/// One pool, in one shard or over all of them.
package struct PoolReport: Hashable, Sendable {
    package let key: PoolKey
    package let rule: PoolRule
    /// Frontends with a backend, or with nothing to do.
    package var activeFrontends = 0
    /// Frontends that wait for a backend.
    package var waitingFrontends = 0
    /// Backends that a session holds, that wait for the next one, that are made ready for it, and that log in.
    package var activeBackends = 0
    package var idleBackends = 0
    package var preparedBackends = 0
    package var openingBackends = 0
    /// Cancel requests of frontends on their way to the node, and backends that may not be used until theirs has arrived.
    package var cancels = 0
    package var cancelledBackends = 0
    /// How long the first of those who wait has waited.
    package var longestWait = Duration.zero

    package init(key: PoolKey, rule: PoolRule) {
        self.key = key
        self.rule = rule
    }

    /// Adds what another shard says of the same pool.
    package mutating func add(_ other: PoolReport) {
        activeFrontends += other.activeFrontends
        waitingFrontends += other.waitingFrontends
        activeBackends += other.activeBackends
        idleBackends += other.idleBackends
        preparedBackends += other.preparedBackends
        openingBackends += other.openingBackends
        cancels += other.cancels
        cancelledBackends += other.cancelledBackends
        longestWait = max(longestWait, other.longestWait)
    }

    /// All of its backends.
    package var backends: Int { activeBackends + idleBackends + preparedBackends + openingBackends + cancelledBackends }
}
