package import ClusterModel

/// What live traffic learnt, for the coordinator. A shard says the same at most once in `FactLimiter.pause`.
package enum ProxyFact: Hashable, Sendable {
    case evidence(NodeID, Epoch, TrafficEvidence)
    /// A backend logged in: the node takes connections.
    case connected(NodeID, Epoch)
    /// The node that should be the primary says that it is a standby.
    case standbyAsPrimary(NodeID, Epoch)
}
