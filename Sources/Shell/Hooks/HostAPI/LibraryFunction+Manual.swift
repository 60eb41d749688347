/// The manual's tables of functions, and of what the header takes.
extension LibraryFunction {
    /// The methods of a node, the functions of `us`, the header.
    static var manual: String {
        let rows: (Bool) -> String = { methods in all.filter { $0.isMethod == methods }.map(\.row).joined() }
        return """

            ## Methods of a node

            Class: read looks only; write changes something and can be foreseen by a dry run; opaque cannot; engine is an action of the engine's; flow belongs to the event itself; pure asks
            the engine for nothing.

            | call | class | needs | returns | |
            |---|---|---|---|---|
            \(rows(true))
            ## Functions of us

            | call | class | needs | returns | |
            |---|---|---|---|---|
            \(rows(false))
            """ + HookHeader.all.map(\.manual).joined()
    }

    private var row: String {
        "| `\(call.cell)` | \(effect) | \(rights.map { "`\($0)`" } ?? "") | \(returns.word.isEmpty ? "" : "`\(returns.word.cell)`") | \(sentences.cell) |\n"
    }
}

extension HookHeader.Table {
    fileprivate var manual: String {
        "\n## \(title)\n\n| key | type | |\n|---|---|---|\n" + keys.map { "| `\($0.name)` | `\(($0.type + ($0.isOptional ? "?" : "")).cell)` | \($0.about.cell) |\n" }.joined()
    }
}

extension String {
    /// As a cell of a table: a bar would end it.
    fileprivate var cell: String { replacing("|", with: "\\|") }
}
