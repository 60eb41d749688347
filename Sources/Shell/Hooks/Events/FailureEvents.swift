/// A node answers no more, and what follows.
extension EventSchema {
    static let failureEvents = [
        EventSchema("probe_node", .choose(.words(["up", "down"])), .everyMember, budget: .seconds(3), "A backend was probed, and the built-in probe has spoken.",
                    failure: "No opinion.", isFired: false, [
            field("node", .node, "The node."),
            field("builtin", .text, "up or down, as the built-in probe found."),
            optional("error", .text, "What the built-in probe saw; nil when it is content."),
        ]),
        EventSchema("probe_network", .choose(.truth), .everyMember, budget: .seconds(3), "This member is about to trust its own verdicts: is it the network?",
                    failure: "No opinion.", isFired: false, [field("trusted_servers", .texts, "What the configuration says should always answer.")]),
        healthChanged, approveNodeDown, nodeDown, nodeUp, chooseCandidate, approveFailover, fencePrimary, failover, standbyLost,
        EventSchema("follow_primary", .do, budget: .seconds(900), "A standby was promoted; each surviving standby is to follow it.",
                    failure: "One more attempt, then the node stays detached.", parallel: 2, isFired: false, [
            field("node", .node, "The standby that is to follow.", "%d %h %p %D"),
            field("new_primary", .node, "The primary now.", "%m %H %r %R"),
            optional("new_main", .node, "The same, by pgpool's name.", "%m %H %r %R"),
            optional("old_main", .node, "The main node of the epoch before.", "%M"),
            optional("old_primary", .node, "The primary of the epoch before.", "%P %N %S"),
            field("diverged", .boolean, "Whether the node has WAL that the new primary does not: it must be rewound."),
        ]),
        falsePrimary, failoverFinished,
    ]

    package static let healthChanged = EventSchema("health_changed", .tell, .everyMember, budget: .seconds(5), "A probe changed its mind, before anybody decided anything.", [
        field("node", .node, "The node."),
        optional("from", .text, "up, suspect, wedged or down; nil for the first look."),
        field("to", .text, "up, suspect, wedged (it answers, but no commit on it ends) or down."),
        optional("error", .text, "What was seen; nil when the node is up."),
        field("failures", .integer, "Changes for the worse since it was up last."),
    ])

    package static let approveNodeDown = EventSchema("approve_node_down", .approve, budget: .seconds(5), "A node is to be declared down.",
                                                     failure: "A veto keeps the node in service and asks again after `retry`.", [
        field("node", .node, "The node."),
        optional("votes", .table, "What each member saw, by its name; nil with one member."),
        field("error", .text, "What was seen last."),
        field("down_for", .number, "Seconds since trouble began."),
    ])

    package static let nodeDown = EventSchema("node_down", .tell, budget: .seconds(10), "The verdict that a node is down stands.", [
        field("node", .node, "The node."),
        field("was_primary", .boolean, "Whether it was the primary."),
        field("error", .text, "What was seen last."),
        optional("votes", .table, "What each member saw, by its name; nil with one member."),
    ])

    package static let nodeUp = EventSchema("node_up", .tell, budget: .seconds(10), "A node that was down answers again.", [
        field("node", .node, "The node."),
        optional("down_for", .number, "Seconds that it was out of service; nil where nobody counted."),
    ])

    package static let chooseCandidate = EventSchema("choose_candidate", .choose(.nodes), budget: .seconds(5), "The primary is lost: who is to follow it?",
                                                     failure: "The engine's own order stands.", [
        field("node", .node, "The node that was lost."),
        field("candidates", .nodes, "The standbys that could be promoted, in the engine's order: the freshest first."),
        optional("last_primary_lsn", .integer, "The furthest position of the lost primary that was seen, in bytes; nil when none was."),
        field("reason", .text, "Why the primary is to be replaced."),
    ])

    package static let approveFailover = EventSchema("approve_failover", .approve, budget: .seconds(15), "A candidate is chosen, and nothing is done yet.",
                                                     failure: "A veto asks again after `retry` (15 s), or passes the candidate over with `next = true`.", [
        field("node", .node, "The node that was lost."),
        field("new_main", .node, "The node to promote."),
        field("old_primary", .node, "The primary of the epoch before."),
        field("candidates", .nodes, "The standbys that could be promoted, the freshest first."),
        optional("last_primary_lsn", .integer, "The furthest position of the lost primary that was seen, in bytes; nil when none was."),
        optional("lag_bytes", .integer, "How far new_main is behind it; nil when that is not known."),
    ])

    package static let fencePrimary = EventSchema("fence_primary", .do, budget: .seconds(20), "The failover is approved; the old primary must not write any more.",
                                                  failure: "With fencing = required nothing is promoted; with best_effort the failover goes on.", [
        field("node", .node, "The primary that was lost."),
        field("new_main", .node, "The node to promote."),
        field("reachable", .boolean, "Whether it answered the last look."),
    ])

    package static let failover = EventSchema("failover", .do, budget: .seconds(90), "The primary is lost and a standby is to be promoted.",
                                              failure: "Two more attempts with the bundled hook alone; then the gate stays closed, with the reason.", substitution + [
        field("candidates", .nodes, "The standbys that could be promoted, the freshest first."),
        optional("last_primary_lsn", .integer, "The furthest position of the lost primary that was seen, in bytes; nil when none was."),
        optional("lag_bytes", .integer, "How far new_main is behind it; nil when that is not known."),
        field("promoting", .boolean, "Whether a standby is to be promoted; always true here, for scripts that serve both events."),
    ])

    package static let standbyLost = EventSchema("standby_lost", .do, budget: .seconds(30), "A standby is down and detached.", failure: "It is logged, and nothing else.",
                                                 parallel: 4, substitution + [
        optional("primary", .node, "The primary; nil while there is none."),
        field("promoting", .boolean, "Whether a standby is to be promoted; always false here."),
    ])

    package static let falsePrimary = EventSchema("false_primary", .do, budget: .seconds(60), "A second server is writable.",
                                                  failure: "The node stays out of service while it is writable.", [
        field("node", .node, "The server that must not be writable."),
        field("primary", .node, "The primary."),
        field("timeline", .integer, "The timeline that the node is on."),
    ])

    package static let failoverFinished = EventSchema("failover_finished", .tell, budget: .seconds(30), "A failover has finished, or has failed.", finished)

    /// How a procedure that changes the primary ended.
    static let finished = [
        field("ok", .boolean, "Whether there is a primary again."),
        field("node", .node, "The node that was the primary."),
        field("old_primary", .node, "The primary of the epoch before."),
        optional("new_primary", .node, "The primary now; nil when there is none."),
        field("outcome", .text, "promoted, reopened, or abandoned."),
        optional("error", .text, "Why it failed; nil when it did not."),
        optional("took", .number, "Seconds from the first trouble to the end; nil when the daemon was killed at the end."),
        optional("lost_bytes", .integer, "WAL of the old primary that the new one does not have; nil when that is not known."),
        optional("steps", .texts, "The phases, in order, each with its milliseconds."),
    ]
}
