/// Online recovery: a node is rebuilt while the others serve.
extension EventSchema {
    static let recoveryEvents = [
        EventSchema("approve_recovery", .approve, budget: .seconds(15), "An operator asks for a node to be rebuilt.",
                    failure: "A veto, or a hook that fails, refuses it.", stance: .veto, isFired: false, endpoints),
        EventSchema("recovery_1st_stage", .do, budget: .seconds(43_200), "The copy is to be built; no progress for ten minutes is a failure.",
                    failure: "Undone; the node stays down.", isFired: false, stage),
        EventSchema("recovery_2nd_stage", .do, budget: .seconds(1800), "Clients are paused, the rest is to be copied; native replication only.",
                    failure: "Undone; clients are resumed.", isFired: false, stage + [field("paused", .boolean, "Whether clients are held.")]),
        EventSchema("remote_start", .do, budget: .seconds(900), "The rebuilt node is to be started, and seen to stream.", failure: "The node stays down.", isFired: false, endpoints),
        EventSchema("recovery_finished", .tell, budget: .seconds(30), "A recovery has finished, or has failed.", isFired: false, [
            field("ok", .boolean, "Whether the node streams."),
            field("node", .node, "The node."),
            field("primary", .node, "Where the copy came from."),
            optional("method", .text, "rewind or basebackup; nil when it failed before."),
            optional("bytes", .integer, "How much was copied; nil when that is not known."),
            field("took", .number, "Seconds."),
            optional("error", .text, "Why it failed; nil when it did not."),
        ]),
    ]

    /// pgpool's recovery scripts are given these by position.
    private static let endpoints = [
        field("node", .node, "The node to rebuild.", "$2 $3 $5 $6"),
        field("primary", .node, "Where the copy comes from.", "$1 $4 $7"),
    ]

    private static let stage = endpoints + [
        field("slot_name", .text, "The replication slot that the node will use."),
        optional("progress", .number, "How much is done, from 0 to 1; nil at the beginning."),
    ]
}
