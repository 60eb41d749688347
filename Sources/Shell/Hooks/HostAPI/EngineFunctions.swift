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
        action("attach", "attach", [node], missing: "nodes are attached by the engine itself when they answer again", about: "Puts a node into service."),
        action("detach", "detach", [node], options: [.optional("drain", .duration)], missing: "nodes are detached by the engine itself when they fail", about: "Takes a node out of service."),
        action("quarantine", "quarantine", [node], options: [.optional("reason", .string), .optional("for", .duration)], missing: "there is no quarantine yet", about: "Keeps a node out of service."),
        action("unquarantine", "quarantine", [node], missing: "there is no quarantine yet", about: "Ends a quarantine."),
        action("promote", "promote", [node], missing: "the engine promotes only when a primary is lost", about: "Makes a node the primary."),
        action("switchover", "promote", options: [.optional("to", .node)], missing: "there is no switchover yet", about: "Changes the primary while both are alive."),
        action("schedule_recovery", "recover", [node], options: [.optional("at", .string)], missing: "there is no online recovery yet", about: "Has a node rebuilt."),
        action("set_primary", "promote", [node], missing: "the engine learns of a primary from the databases only", about: "Names the primary."),
        action("set_weight", "weight", [node, .required("weight", .number)], missing: "a weight is read from the configuration only", about: "Changes a node's share of reads."),
        action("resign", "resign", missing: "there is one member only", about: "Hands the leadership to another member."),
    ]
}
