package import ClusterModel

/// Who streams from whom and how far behind, from what every node said of itself.
package struct Replication: Sendable {
    private let nodes: [Node]
    private let seen: [NodeID: NodeObservation]
    private let primary: NodeID?

    /// `primary`: the open one; nil while there is none.
    package init(nodes: [Node], seen: [NodeID: NodeObservation], primary: NodeID?) {
        self.nodes = nodes
        self.seen = seen
        self.primary = primary
    }

    /// The node that another streams from: the one that lists it, else the one whose address its receiver names; nil where it is none of ours.
    package func source(of id: NodeID) -> Node? {
        guard let node = nodes.first(where: { $0.id == id }) else { return nil }
        if let source = nodes.first(where: { row(of: node, on: $0.id) != nil }) { return source }
        guard let receiver = seen[id]?.receiver, !receiver.host.isEmpty else { return nil }
        return nodes.first { $0.id != id && $0.host == receiver.host && $0.port == receiver.port }
    }

    /// What the node that another streams from says of it.
    package func stream(to id: NodeID) -> NodeObservation.Stream? {
        guard let node = nodes.first(where: { $0.id == id }) else { return nil }
        return nodes.lazy.compactMap { row(of: node, on: $0.id) }.first
    }

    private func row(of node: Node, on other: NodeID) -> NodeObservation.Stream? {
        other == node.id ? nil : seen[other]?.streams.first { $0.applicationName == node.name }
    }

    /// How far a node is behind the open primary; nil where that cannot be known.
    ///
    /// From the primary's own row where it has one: that was seen together with its position, and looks at two nodes are up to a period apart.
    package func lag(of id: NodeID) -> Lag? {
        guard let primary, let end = seen[primary]?.walEnd else { return nil }
        if id == primary { return Lag(bytes: 0, replayBytes: 0, time: .zero) }
        if let node = nodes.first(where: { $0.id == id }), let row = row(of: node, on: primary) {
            let behind = end.bytesAhead(of: row.replayed)
            return Lag(bytes: end.bytesAhead(of: row.flushed), replayBytes: behind, time: behind == 0 ? .zero : row.replayLag ?? seen[id]?.replayAge)
        }
        guard let own = seen[id] else { return nil }
        let behind = own.replayed.map { end.bytesAhead(of: $0) }
        return Lag(bytes: end.bytesAhead(of: own.walEnd), replayBytes: behind, time: behind == 0 ? .zero : own.replayAge)
    }

    /// What is wrong with a node although nothing forbids its use; follows its name in a sentence, empty when nothing is.
    package func remark(on id: NodeID) -> String {
        guard let own = seen[id] else { return "" }
        if own.role == .primary { return own.isReadOnly ? "begins sessions read-only: default_transaction_read_only is on" : "" }
        guard let primary, let head = seen[primary], let name = nodes.first(where: { $0.id == primary })?.name,
              let node = nodes.first(where: { $0.id == id }) else { return "" }
        guard source(of: id) != nil else {
            if let slot = head.slots.first(where: { $0.name == node.slotName }), slot.state == "lost" {
                return "does not stream from \(name), which has dropped the WAL kept in slot \(slot.name) for it: it must be rebuilt"
            }
            if own.timeline != head.timeline { return "does not stream from \(name): it is on timeline \(own.timeline), \(name) on \(head.timeline)" }
            return "does not stream from \(name)"
        }
        return own.isReplayPaused ? "has its WAL replay paused (pg_wal_replay_resume() ends that)" : ""
    }
}

/// How far a standby is behind.
package struct Lag: Hashable, Sendable {
    /// WAL that it does not have.
    package let bytes: UInt64
    /// WAL that reads on it do not see; nil where it does not tell.
    package let replayBytes: UInt64?
    /// The same in time; nil where it does not tell.
    package let time: Duration?
}
