/// What the shards may do right now: an immutable picture handed down by the coordinator.
package struct Topology: Hashable, Sendable {
    package let epoch: Epoch
    package let gate: Gate
    /// Every configured node, by ascending id.
    package let nodes: [Node]

    /// Whether bytes may move on a write connection.
    package enum Gate: Hashable, Sendable {
        /// No node is the primary of this epoch yet; frontends are held. `reason` is for people.
        case closed(reason: String)
        /// Writes go to this node.
        case open(primary: NodeID)
    }

    package init(epoch: Epoch, gate: Gate, nodes: [Node]) {
        self.epoch = epoch
        self.gate = gate
        self.nodes = nodes
    }

    /// The node that takes writes; nil while the gate is closed.
    package var primary: Node? {
        guard case .open(let id) = gate else { return nil }
        return self[id]
    }

    package subscript(id: NodeID) -> Node? { nodes.first { $0.id == id } }
}
