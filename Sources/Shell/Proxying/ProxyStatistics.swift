package import ClusterModel

/// A count of what the shards hold now.
package struct ProxyStatistics: Hashable, Sendable {
    /// Connections of applications, those that log in included.
    package var frontends = 0
    /// Frontends that wait for a backend.
    package var held = 0
    /// Since the start: sessions that lost their backend and were told so by an error, and those that ended by it.
    package var told = 0
    package var ended = 0
    /// Connections to nodes.
    package var backends: [NodeID: Int] = [:]

    package init() {}

    /// Adds another shard's count.
    package mutating func add(_ other: ProxyStatistics) {
        frontends += other.frontends
        held += other.held
        told += other.told
        ended += other.ended
        backends.merge(other.backends) { $0 + $1 }
    }
}

/// How sessions end when the proxy stops; the later ones hurry more.
package enum ProxyStopMode: Hashable, Comparable, Sendable {
    /// When its client leaves; until then it is served as ever.
    case patient
    /// Each at the end of its transaction.
    case smart
    /// Now, with a message.
    case fast
}
