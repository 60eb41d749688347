/// `docs/hook-reference.md`: every event and function, from their declarations.
package enum HookManual {
    /// The page.
    package static var text: String { head + EventSchema.families.map(family).joined() + LibraryFunction.manual + nodeFields }

    private static var head: String {
        """
        # Hook reference

        Written by `understudy render hooks`; do not edit. How hooks are written and tried: [hooks](hooks.md). The same, offline: `understudy hooks doc NAME`.

        ## Events

        Kinds. **choose**: the first answer that is not nil stands. **approve**: all hooks are asked, any `us.veto` stands. **do**: in order, until a hook returns
        `us.done`, `us.skip` or `us.retry`. **tell**: all hooks, after the fact; nothing waits for them and nothing can be changed.
        Where. **L**: the leader. **N**: each member for itself. **A**: the member concerned. **W**: every worker.

        Every event has these fields, and `ev.cluster`: `name`, `primary` (nil while there is none) and `nodes`, by name and in order.

        \(table(EventSchema.common[...], "ev"))
        """
    }

    private static func family(_ family: EventSchema.Family) -> String { "\n## \(family.title)\n" + family.events.map(section).joined() }

    private static func section(_ event: EventSchema) -> String {
        "\n### \(event.name)\n\n\(event.summary)\n\n\(table(event.ownFields, "ev"))"
    }

    private static func table(_ fields: ArraySlice<EventSchema.Field>, _ record: String) -> String {
        let hasPlaceholders = fields.contains { !$0.placeholder.isEmpty }
        let head = hasPlaceholders ? "| field | type | meaning | pgpool |\n|---|---|---|---|\n" : "| field | type | meaning |\n|---|---|---|\n"
        return head + fields.map { field in
            "| `\(record).\(field.name)` | \(field.kind.rawValue) | \(field.about) |" + (hasPlaceholders ? (field.placeholder.isEmpty ? " |" : " `\(field.placeholder)` |") : "") + "\n"
        }.joined()
    }

    private static var nodeFields: String {
        "\n## Fields of a node\n\nA field that does not exist is an error.\n\n" + table(EventSchema.nodeFields[...], "node")
    }
}

extension EventSchema {
    /// What it is, in sentences; for the manual and `hooks doc`.
    package var summary: String {
        let parallel = self.parallel > 1 ? " Up to \(self.parallel) at once." : ""
        let later = isFired ? "" : " Fired from a later version; in tests, already."
        return "\(about) Kind \(kind.word), where \(place.letter), budget \(budget.shortWords).\(parallel) May return \(answers).\(failure.isEmpty ? "" : " When it fails: \(failure)")\(later)"
    }

    /// What a handler may return, besides nothing.
    package var answers: String {
        switch kind {
        case .choose(.nodes): "a node or a list of nodes"
        case .choose(.words(let words)): words.map { "\"\($0)\"" }.joined(separator: ", ")
        case .choose(.truth): "true or false"
        case .choose(.nodeOrGroup): "a node or the name of a group"
        case .approve: "`us.veto(reason, { retry =\(self == .approveFailover ? ", next =" : "") })`"
        case .do: "`us.done{…}`, `us.skip(reason)` or `us.retry(after, reason)`"
        case .tell: "anything, it is ignored"
        }
    }
}

extension Duration {
    /// `2 ms`, `90 s`, `15 min`, `12 h`
    fileprivate var shortWords: String {
        if self < .milliseconds(1) { return "\(Int64(self / .microseconds(1))) us" }
        if self < .seconds(1) { return "\(Int64(self / .milliseconds(1))) ms" }
        let seconds = Int64(self / .seconds(1))
        if seconds >= 7200, seconds % 3600 == 0 { return "\(seconds / 3600) h" }
        return seconds >= 180 && seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds) s"
    }
}
