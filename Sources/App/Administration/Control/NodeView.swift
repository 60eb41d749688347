internal import ClusterModel
package import Coordination
internal import Failover
internal import PostgresWire

/// One node of `understudy nodes`.
package struct NodeView: Codable, Sendable {
    package var id: Int
    package var name: String
    package var host: String
    package var port: Int
    /// `primary`, `standby`, or `stray`: writable, and not the primary.
    package var role: String
    /// `waiting`, `up` or `down`, as pgpool says it.
    package var status: String
    /// What the probes say: `up`, `suspect`, `wedged` or `down`; nil before the first.
    package var verdict: String?
    /// Why it is not up, else what is wrong although it is; empty when nothing is.
    package var reason: String
    package var version: Int?
    package var system_identifier: String?
    package var timeline: UInt32?
    /// The timelines before it and where each was left; nil where the probes' role may not read that.
    package var history: [AncestorView]?
    /// What it has on disk.
    package var lsn: String?
    /// What reads on a standby see.
    package var replay_lsn: String?
    package var lag_bytes: UInt64?
    package var replay_lag_bytes: UInt64?
    package var lag_s: Double?
    /// The node it streams from.
    package var follows: String?
    package var replication_state: String?
    package var sync_state: String?
    package var slots: [SlotView]?

    /// A timeline that was left.
    package struct AncestorView: Codable, Sendable {
        package var timeline: UInt32
        package var end: String
    }

    /// A physical replication slot.
    package struct SlotView: Codable, Sendable {
        package var name: String
        package var active: Bool
        package var state: String
        /// WAL that is kept for it.
        package var kept_bytes: UInt64
    }
}

extension NodeView {
    /// Every node of a snapshot, by ascending id.
    package static func all(_ snapshot: ClusterSnapshot) -> [NodeView] { snapshot.nodes.map(NodeView.init) }

    private init(_ view: ClusterSnapshot.NodeView) {
        let seen = view.report?.observation
        self.init(
            id: view.node.id.number, name: view.node.name, host: view.node.host, port: view.node.port, role: Self.role(view),
            status: view.service.status.rawValue, verdict: view.report?.verdict.rawValue, reason: view.service.reason.isEmpty ? view.remark : view.service.reason,
            version: seen.map { $0.serverVersion }, system_identifier: seen?.systemIdentifier.description, timeline: seen?.timeline.number,
            history: seen?.history.map { $0.ancestors.map { AncestorView(timeline: $0.timeline.number, end: $0.end.description) } },
            lsn: seen?.walEnd.description, replay_lsn: seen?.replayed?.description, lag_bytes: view.lag?.bytes, replay_lag_bytes: view.lag?.replayBytes,
            lag_s: view.lag?.time.map { $0 / .seconds(1) }, follows: view.follows, replication_state: view.stream?.state, sync_state: view.stream?.syncState,
            slots: seen.map { seen in
                seen.slots.map { slot in
                    SlotView(name: slot.name, active: slot.isActive, state: slot.state, kept_bytes: slot.restart.map { seen.walEnd.bytesAhead(of: $0) } ?? 0)
                }
            })
    }

    private static func role(_ view: ClusterSnapshot.NodeView) -> String {
        if view.isPrimary { return "primary" }
        return view.report?.observation?.role == .primary ? "stray" : "standby"
    }

    /// The nodes as a table for people.
    package static func table(_ nodes: [NodeView]) -> Table {
        Table(columns: NodesView.columns.map(\.column.name), rows: nodes.map { node in NodesView.columns.map { $0.value(node) } })
    }
}
