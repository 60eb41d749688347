package import ClusterModel

/// What must not be done to a node lest two of them take writes, whoever asks for it.
extension ClusterState {
    /// Why `node` is not to be promoted now, following nothing; nil when it may be. `name` says what people call a node.
    package func objection(toPromoting node: NodeID, name: (NodeID) -> String) -> String? {
        switch phase {
        case .unformed, .open(primary: node), .promoting(candidate: node, _): nil
        case .open(let primary): "\(name(primary)) is the primary, and a second one is not promoted beside it: a failover begins by itself when \(name(primary)) is lost"
        case .closed(let loss): "\(name(loss.primary)) is lost, and it is not decided yet whom to promote"
        case .promoting(let candidate, _): "\(name(candidate)) is being promoted, and nobody else may be beside it"
        }
    }

    /// Why the server of `node` is not to be started now; nil when it may be.
    package func objection(toStarting node: NodeID, name: (NodeID) -> String) -> String? {
        guard let loss, loss.primary == node else { return nil }
        return "\(name(node)) is the primary that was lost: it is not started before another one is open"
    }
}
