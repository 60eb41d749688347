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
    /// Whether nothing is done automatically.
    package let isInMaintenance: Bool
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
        package let lag: Lag?
        /// The row about it of the node it streams from.
        package let stream: NodeObservation.Stream?
        /// The name of the node it streams from; nil while it does not, or from none of ours.
        package let follows: String?
        /// What is wrong with a node that is in service; follows its name in a sentence, empty when nothing is.
        package let remark: String
        /// When it last went into or out of service; the daemon's start where it did not since.
        package let lastStatusChange: Date
    }
}

extension ClusterCoordinator {
    /// The cluster now; every part of it from the same moment.
    package func snapshot() -> ClusterSnapshot {
        let isOpen = gateReason.isEmpty
        let primary = state.openPrimary
        let replication = Replication(nodes: nodes, seen: reports.compactMapValues(\.observation), primary: primary)
        let views = nodes.map { node in
            ClusterSnapshot.NodeView(
                node: node, service: state.service(of: node.id), isPrimary: node.id == primary, report: reports[node.id], lag: replication.lag(of: node.id),
                stream: replication.stream(to: node.id), follows: replication.source(of: node.id)?.name, remark: remark(on: node, replication),
                lastStatusChange: statusChanges[node.id] ?? startedAt)
        }
        return ClusterSnapshot(epoch: state.epoch, phase: describePhase(), primary: isOpen ? primary : nil, gateReason: gateReason,
                               isInMaintenance: state.isInMaintenance, nodes: views)
    }

    private func remark(on node: Node, _ replication: Replication) -> String {
        guard let report = reports[node.id], report.verdict == .up else { return reports[node.id]?.reason ?? "was not looked at yet" }
        return report.reason.isEmpty ? replication.remark(on: node.id) : report.reason
    }

    /// Which losses the cluster would stand now, and what commits wait for.
    package func safety() -> (table: WhatIf, synchronousSet: SynchronousSet) {
        (WhatIf(nodes: nodes, state: state, answers: reports.mapValues(\.answer)), state.synchronousSet)
    }
}
