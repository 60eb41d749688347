/// What an operator or a schedule asks for, and what the engine does for good order.
extension EventSchema {
    static let plannedEvents = [
        EventSchema("approve_switchover", .approve, budget: .seconds(15), "An operator or a schedule asks for another primary.",
                    failure: "A veto, or a hook that fails, refuses it.", stance: .veto, isFired: false, [
            field("node", .node, "The primary."),
            field("new_main", .node, "The node to promote."),
            field("candidates", .nodes, "The standbys that could be promoted, the freshest first."),
            optional("lag_bytes", .integer, "How far new_main is behind; nil when that is not known."),
        ]),
        EventSchema("switchover", .do, budget: .seconds(180), "Clients are paused and the primary is drained: site work before it is demoted.",
                    failure: "Undone in reverse; clients are resumed in every case.", isFired: false, [
            field("node", .node, "The primary."),
            field("new_main", .node, "The node to promote."),
            field("old_primary", .node, "The primary, by the name that failover uses."),
            field("paused", .boolean, "Whether clients are held."),
        ]),
        EventSchema("switchover_finished", .tell, budget: .seconds(30), "A switchover has finished, or has failed.", isFired: false, finished),
        EventSchema("approve_failback", .approve, budget: .seconds(10), "A healthy standby may be attached again.",
                    failure: "A veto, or a hook that fails, keeps it out.", stance: .veto, isFired: false, [
            field("node", .node, "The node."),
            optional("lag_bytes", .integer, "How far it is behind; nil when that is not known."),
            optional("down_for", .number, "Seconds that it was out of service; nil where nobody counted."),
        ]),
        EventSchema("failback", .do, budget: .seconds(30), "A node is being attached again.", failure: "The node is not attached.", isFired: false, substitution),
        nodeAttached, nodeDetached, nodeQuarantined, nodeUnquarantined,
        lag("lag_exceeded", "A standby fell further behind than delay_threshold allows."),
        lag("lag_recovered", "A standby caught up again."),
    ]

    package static let nodeAttached = membership("node_attached", "A node went into service.")
    package static let nodeDetached = membership("node_detached", "A node went out of service.")
    package static let nodeQuarantined = membership("node_quarantined", "A node is quarantined: no quorum for a verdict, or a hook asked.")
    package static let nodeUnquarantined = membership("node_unquarantined", "A node is out of quarantine.")

    private static func membership(_ name: String, _ about: String) -> EventSchema {
        EventSchema(name, .tell, budget: .seconds(10), about, [
            field("node", .node, "The node."),
            field("by", .text, "health_check, operator, or hook:<name>."),
            field("reason", .text, "Why; empty when it is simply well."),
        ])
    }

    private static func lag(_ name: String, _ about: String) -> EventSchema {
        EventSchema(name, .tell, budget: .seconds(10), about, isFired: false, [
            field("node", .node, "The standby."),
            field("lag_bytes", .integer, "How far it is behind."),
            optional("lag_seconds", .number, "The same in time; nil when that is not known."),
            field("threshold", .integer, "The limit, in bytes."),
        ])
    }
}
