internal import ClusterModel

/// The methods of a node.
extension HostFunction {
    static let all = [promote, sql, inRecovery]
    static let byOperation = Dictionary(uniqueKeysWithValues: all.map { ("node.\($0.name)", $0) })

    /// Every capability that a hook can ask for.
    static let capabilities = ["pg.promote", "sql:read", "sql:write"]

    /// How long a promotion may take when the hook does not say.
    private static let promotionWait = 60.0
    /// Seconds that a `Duration` is asked to hold: no event runs longer than a day.
    private static let waits = 0.0...86_400

    static let promote = HostFunction(
        name: "promote", capability: "pg.promote", effect: .write, options: [Parameter(name: "wait", type: "duration")], returns: .nothing,
        about: "Makes a standby the primary and waits until it is writable; a node that is writable already is left alone.",
        call: { node, arguments, _ in
            guard let options = arguments.first?.map, let seconds = (options["wait"] ?? .double(promotionWait)).number, waits.contains(seconds) else { return nil }
            return .promote(node, wait: .seconds(seconds))
        })

    static let sql = HostFunction(
        name: "sql", capability: "sql:read", effect: .read, parameters: [Parameter(name: "text", type: "string")], isVariadic: true, returns: .rows,
        about: "Runs one statement with $1… parameters: read-only, unless the hook needs sql:write and the event may change something.",
        call: { node, arguments, rights in
            guard let text = arguments.first?.text else { return nil }
            let mayWrite = rights.needs.contains("sql:write") && !rights.isNotification
            return .sql(node, text: text, parameters: Array(arguments.dropFirst()), readOnly: !mayWrite)
        })

    static let inRecovery = HostFunction(
        name: "in_recovery", capability: nil, effect: .read, returns: .boolean, about: "Whether the node is a standby, as it says itself.",
        call: { node, arguments, _ in arguments.isEmpty ? .inRecovery(node) : nil })
}
