/// What has happened in one database for one user since the daemon started, under the names of PgBouncer's `SHOW STATS`.
///
/// Times are in microseconds. A shard has its own, and adds to them on its own thread alone.
package struct TrafficFigures: Hashable, Sendable {
    package var transactions: UInt64 = 0
    package var queries: UInt64 = 0
    /// How often a backend was given to a frontend.
    package var assignments: UInt64 = 0
    /// Bytes from frontends, and to them.
    package var received: UInt64 = 0
    package var sent: UInt64 = 0
    package var transactionTime: UInt64 = 0
    package var queryTime: UInt64 = 0
    /// Spent by frontends waiting for a backend.
    package var waitTime: UInt64 = 0
    /// Parse messages of frontends, and those that reached a node.
    package var clientParses: UInt64 = 0
    package var serverParses: UInt64 = 0
    package var binds: UInt64 = 0
    package var logins: UInt64 = 0
    /// Commits that a node answered without waiting for its synchronous standbys, because the wait was cancelled.
    package var unreplicatedCommits: UInt64 = 0

    package init() {}

    /// Every figure, for what is done with all of them alike.
    private static let all: [any WritableKeyPath<TrafficFigures, UInt64> & Sendable] = [
        \.transactions, \.queries, \.assignments, \.received, \.sent, \.transactionTime, \.queryTime, \.waitTime, \.clientParses, \.serverParses, \.binds, \.logins,
        \.unreplicatedCommits,
    ]

    /// Adds those of another shard, or of another user.
    package mutating func add(_ other: TrafficFigures) {
        for figure in Self.all { self[keyPath: figure] &+= other[keyPath: figure] }
    }

    /// What came since `earlier`, an older state of the same figures.
    package func since(_ earlier: TrafficFigures) -> TrafficFigures {
        var difference = self
        for figure in Self.all { difference[keyPath: figure] &-= earlier[keyPath: figure] }
        return difference
    }
}
