/// The manual's tables of host functions.
extension HostFunction {
    /// The methods of a node, then the functions of `us`.
    static var manual: String {
        let rows: (Bool) -> String = { methods in documented.filter { $0.isMethod == methods }.map(\.row).joined() }
        return """

            ## Methods of a node

            Class: read looks only; write changes something and can be foreseen by a dry run; opaque cannot; engine is an action of the engine's.

            | call | class | needs | returns | |
            |---|---|---|---|---|
            \(rows(true))
            ## Functions of us

            | call | class | needs | returns | |
            |---|---|---|---|---|
            \(rows(false))
            """
    }

    private var row: String {
        let right = rights.map { "`\($0)`" } ?? ""
        let notYet = missing.map { " Not yet: \($0)." } ?? ""
        return "| `\(call)` | \(effect.rawValue) | \(right) | \(returns == .nothing ? "" : returns.rawValue) | \(about)\(notYet) |\n"
    }

    /// How a call is written.
    var call: String {
        let named = options.map { "\($0.name) =" }.joined(separator: ", ")
        switch style {
        case .positional: return "\(label)(\((parameters.map { $0.isOptional ? "[\($0.name)]" : $0.name } + (named.isEmpty ? [] : ["{ \(named) }"])).joined(separator: ", ")))"
        case .vector: return "\(label) { argv…, json =, on_line =, \(named) }"
        case .statement: return "\(label)(text, …)"
        }
    }
}
