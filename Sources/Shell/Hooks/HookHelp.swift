/// `understudy hooks doc`: what the manual says of one event or function, for a terminal.
package enum HookHelp {
    /// Names and their first sentences, for no name.
    package static var index: String {
        let width = (EventSchema.all.map(\.name) + LibraryFunction.all.map(\.label)).map(\.count).max() ?? 0
        let line: (String, String) -> String = { "  " + $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }
        let families = EventSchema.families.map { family in
            "\(family.title)\n" + family.events.map { line($0.name, $0.about + ($0.isFired ? "" : " (fired from a later version)")) }.joined()
        }
        return families.joined(separator: "\n") + "\nFunctions\n" + LibraryFunction.all.map { line($0.label, $0.sentences) }.joined()
    }

    /// The whole story of one, or of a group such as us.opt; nil where nothing has that name.
    package static func text(for name: String) -> String? {
        if let event = EventSchema.byName[name] { return text(for: event) }
        let wanted = name.replacing(":", with: "."), functions = LibraryFunction.all
        if let found = functions.first(where: { $0.label.replacing(":", with: ".") == wanted || $0.label == "us." + wanted }) { return text(for: found) }
        let group = functions.filter { $0.group == name || $0.group == "us." + name }
        if !group.isEmpty { return group.map(text).joined(separator: "\n") }
        return functions.first { $0.lastName == name }.map(text)
    }

    /// The end of a sentence that says a name is unknown.
    package static func suggestion(for name: String) -> String { NearName.hint(name, EventSchema.all.map(\.name) + LibraryFunction.all.map(\.label)) }

    private static func text(for event: EventSchema) -> String {
        let fields = event.ownFields + EventSchema.common
        let width = fields.map(\.name.count).max() ?? 0
        let rows = fields.map { field in
            let type = field.kind.rawValue + (field.isOptional ? "?" : "")
            let placeholder = field.placeholder.isEmpty ? "" : "  (pgpool: \(field.placeholder))"
            return "  ev.\(field.name)\(String(repeating: " ", count: width - field.name.count + 2))\(type)\(String(repeating: " ", count: max(1, 10 - type.count)))\(field.about)\(placeholder)\n"
        }
        return "function hook.\(event.name)(ev, opt)\n\n\(event.summary.replacing("`", with: ""))\n\n\(rows.joined())"
    }

    private static func text(for function: LibraryFunction) -> String {
        let rights = function.rights.map { "\nNeeds \"\($0)\" in the header and in hook.<name>.grants." } ?? ""
        let result = function.returns.word.isEmpty ? "" : " → " + function.returns.type
        let tables = function.label == "us.hook" ? HookHeader.all.map { "\n\($0.title)\n" + list($0.keys) }.joined() : list(function.details)
        return "\(function.call)\(result)\n\n\(function.sentences)\(rights)\n\(tables.isEmpty || function.label == "us.hook" ? "" : "\n")\(tables)"
    }

    private static func list(_ parameters: [LibraryFunction.Parameter]) -> String {
        parameters.map { "  \($0.name): \($0.type)\($0.isOptional ? "?" : "")\($0.about.isEmpty ? "" : "  " + $0.about)\n" }.joined()
    }
}
