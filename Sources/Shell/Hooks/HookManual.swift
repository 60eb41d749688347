/// `docs/hook-reference.md`: every event and host function, from their declarations.
package enum HookManual {
    /// The page.
    package static var text: String {
        """
        # Hook reference

        Written by `understudy render hooks`; do not edit. How hooks are written and tried: [hooks](hooks.md).

        ## Events

        Every event also has `ev.cluster`: `name`, `primary` (nil while there is none) and `nodes`, by name and in order.

        """ + EventSchema.all.map(section).joined() + functions + nodeFields
    }

    private static func section(_ event: EventSchema) -> String {
        let kind = event.kind == .do ? "do: in order, until a hook returns `us.done`" : "tell: all hooks, after the fact, nothing can be changed"
        let rows = event.fields.map { "| `ev.\($0.name)` | \($0.kind.rawValue) | \($0.about) |\n" }.joined()
        return "\n### \(event.name)\n\n\(event.about) Kind \(kind). Budget \(Int(event.budget / .seconds(1))) s.\n\n| field | type | meaning |\n|---|---|---|\n\(rows)"
    }

    private static var functions: String { HostFunction.manual }

    private static var nodeFields: String {
        let rows = EventSchema.nodeFields.map { "| `node.\($0.name)` | \($0.kind.rawValue) | \($0.about) |\n" }.joined()
        return "\n## Fields of a node\n\nA field that does not exist is an error.\n\n| field | type | meaning |\n|---|---|---|\n\(rows)"
    }
}
