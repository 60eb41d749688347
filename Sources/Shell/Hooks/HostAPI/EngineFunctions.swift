/// `us.engine`: what an operator could command; and the cluster as it is now.
extension HostFunction {
    private static func action(_ name: String, _ right: String, _ parameters: [Parameter] = [], options: [Parameter] = [], missing: String? = nil, about: String) -> HostFunction {
        HostFunction("engine." + name, .engine, Capability("engine:" + right), parameters, options: options, missing: missing, about: about)
    }

    private static let node = Parameter.required("node", .node)

    static let engine = [
        HostFunction("cluster", .read, nil, returns: .cluster, about: "The cluster as it is now."),
        action("pause_clients", "pause", options: [.optional("limit", .duration, "30s: then they go on by themselves."), .optional("databases", .strings, "All.")],
               about: "Holds clients between their transactions."),
        action("resume_clients", "pause", about: "Lets clients that were paused go on."),
        action("reload", "reload", about: "Has the configuration read again."),
        action("attach", "attach", [node], about: "Lets a node that was detached or quarantined back into service, if it is well."),
        action("detach", "detach", [node], options: [.optional("reason", .string), .optional("drain", .duration, "Nothing to wait for yet: no session reads on a standby.")],
               about: "Keeps a standby out of service until attach."),
        action("quarantine", "quarantine", [node], options: [.optional("reason", .string), .optional("for", .duration, "Until unquarantine.")],
               about: "Keeps a standby out of service for a time."),
        action("unquarantine", "quarantine", [node], about: "Ends a quarantine."),
        action("promote", "promote", [node], about: "Makes a node the primary while there is none."),
        action("switchover", "promote", options: [.optional("to", .node)], missing: "there is no switchover yet", about: "Changes the primary while both are alive."),
        action("schedule_recovery", "recover", [node], options: [.optional("at", .string)], missing: "there is no online recovery yet", about: "Has a node rebuilt."),
        action("set_primary", "promote", [node], missing: "the engine learns of a primary from the databases only", about: "Names the primary."),
        action("set_weight", "weight", [node, .required("weight", .number)], missing: "a weight is read from the configuration only", about: "Changes a node's share of reads."),
        action("resign", "resign", missing: "there is one member only", about: "Hands the leadership to another member."),
    ]
}
