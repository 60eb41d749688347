package import ClusterModel
package import Failover
package import Foundation

/// The cluster as this member sees it now, for the views.
package struct ClusterSnapshot: Sendable {
    package let epoch: Epoch
    /// In a few words.
    package let phase: String
    /// The node that takes writes; nil while the gate is closed.
    package let primary: NodeID?
    /// Why writes are held; empty when they are not.
    package let gateReason: String
    package let nodes: [NodeView]

    /// The name of the node that takes writes; nil while the gate is closed.
    package var primaryName: String? { nodes.first { $0.node.id == primary }?.node.name }

    /// One node and what is known of it.
    package struct NodeView: Sendable {
        package let node: Node
        package let service: ClusterState.Service
        package let isPrimary: Bool
        /// The newest report; nil before the first.
        package let report: NodeReport?
        /// How far it is behind the primary; nil where that is not known.
        package let lagBytes: UInt64?
        /// The primary's own row about it, when it streams.
        package let stream: NodeObservation.Stream?
        /// When it last went into or out of service; the daemon's start where it did not since.
        package let lastStatusChange: Date
    }
}

extension ClusterCoordinator {
    /// The cluster now; every part of it from the same moment.
    package func snapshot() -> ClusterSnapshot {
        let isOpen = gateReason.isEmpty
        let primary = state.openPrimary
        let primaryObservation = primary.flatMap { reports[$0]?.observation }
        let views = nodes.map { node in
            let stream = primaryObservation?.streams.first { $0.applicationName == node.name }
            let walEnd = reports[node.id]?.observation?.walEnd
            return ClusterSnapshot.NodeView(
                node: node, service: state.service(of: node.id), isPrimary: node.id == primary, report: reports[node.id],
                lagBytes: node.id == primary ? 0 : walEnd.flatMap { end in primaryObservation?.walEnd.bytesAhead(of: end) }, stream: stream,
                lastStatusChange: statusChanges[node.id] ?? startedAt)
        }
        return ClusterSnapshot(epoch: state.epoch, phase: describePhase(), primary: isOpen ? primary : nil, gateReason: gateReason, nodes: views)
    }
}
