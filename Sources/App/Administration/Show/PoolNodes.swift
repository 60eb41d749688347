package import ClusterModel
package import Coordination
internal import Failover
internal import Foundation

/// `SHOW pool_nodes`, with the columns of pgpool-II 4.3.
package enum PoolNodes {
    package static let columns = [
        "node_id", "hostname", "port", "status", "pg_status", "lb_weight", "role", "pg_role", "select_cnt", "load_balance_node",
        "replication_delay", "replication_state", "replication_sync_state", "last_status_change",
    ]

    /// One row a node. `reads` counts the SELECTs sent to each by this member; `reader` is the node this session's reads go to.
    package static func table(_ snapshot: ClusterSnapshot, reads: [NodeID: Int] = [:], reader: NodeID?) -> Table {
        Table(columns: columns, rows: snapshot.nodes.map { view in
            let observation = view.report?.observation
            return [
                view.node.id.description, view.node.host, String(view.node.port), view.service.status.rawValue,
                pgStatus(view), weight(view.node, snapshot), view.isPrimary ? "primary" : "standby",
                observation?.role.rawValue ?? "unknown", String(reads[view.node.id] ?? 0), reader == view.node.id ? "true" : "false",
                String(view.lag?.replayBytes ?? 0), view.stream?.state ?? "", view.stream?.syncState ?? "", Self.time(view.lastStatusChange),
            ]
        })
    }

    private static func pgStatus(_ view: ClusterSnapshot.NodeView) -> String {
        switch view.report?.verdict {
        case .up, .wedged: "up"
        case .suspect: "unknown"
        case .down: "down"
        case nil: "unknown"
        }
    }

    /// pgpool shows each weight's share of all.
    private static func weight(_ node: Node, _ snapshot: ClusterSnapshot) -> String {
        let sum = snapshot.nodes.reduce(0) { $0 + $1.node.weight }
        return String(format: "%.6f", sum > 0 ? node.weight / sum : 0)
    }

    private static func time(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
        return formatter.string(from: date)
    }
}
