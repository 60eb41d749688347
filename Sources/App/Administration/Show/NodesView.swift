/// `SHOW NODES`, and the table of `understudy nodes`: the nodes, and why one is not up.
enum NodesView {
    static let view = AdminView.list("NODES", "the nodes, and why one is not up", columns) { (facts: AdminFacts) in facts.cluster.map(NodeView.all) ?? [] }

    static let columns: [AdminColumn<NodeView>] = [
        .integer("id", "its number in the configuration") { $0.id },
        .text("name", "its name") { $0.name },
        .text("host", "where it is") { $0.host },
        .integer("port", "its port") { $0.port },
        .text("role", "primary, standby, or stray: writable, and not the primary") { $0.role },
        .text("status", "waiting, up or down, as in pgpool-II") { $0.status },
        .text("verdict", "what the probes say: up, suspect, wedged (it answers, but no commit on it ends) or down") { $0.verdict },
        .integer("timeline", "the timeline it is on") { $0.timeline.map(Int.init) },
        .text("lsn", "how far its log is on disk") { $0.lsn },
        .integer("lag_bytes", "how far that is behind the primary") { $0.lag_bytes.map { Int(clamping: $0) } },
        .text("lag_s", "how many seconds what reads on it see is behind") { $0.lag_s.map { String(($0 * 1000).rounded() / 1000) } },
        .text("follows", "the node it streams from") { $0.follows },
        .text("replication", "streaming, catchup, …, as that node says it") { $0.replication_state },
        .text("sync", "sync, potential, quorum or async") { $0.sync_state },
        .text("reason", "why it is not up, else what is wrong although it is") { $0.reason },
    ]
}
