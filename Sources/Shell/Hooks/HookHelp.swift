/// `understudy hooks doc`: what the manual says of one event or function, for a terminal.
package enum HookHelp {
    /// Names and their first sentences, for no name.
    package static var index: String {
        let width = (EventSchema.all.map(\.name) + HostFunction.documented.map(\.label)).map(\.count).max() ?? 0
        let line: (String, String) -> String = { "  " + $0 + String(repeating: " ", count: width - $0.count + 2) + $1 + "\n" }
        let families = EventSchema.families.map { family in
            "\(family.title)\n" + family.events.map { line($0.name, $0.about) }.joined()
        }
        return families.joined(separator: "\n") + "\nFunctions\n" + HostFunction.documented.map { line($0.label, $0.about) }.joined()
    }

    /// The whole story of one; nil where nothing has that name.
    package static func text(for name: String) -> String? {
        if let event = EventSchema.byName[name] { return text(for: event) }
        let functions = HostFunction.documented
        let wanted = name.replacing(":", with: ".")
        let found = functions.first { $0.operation == wanted || "us." + $0.operation == wanted } ?? functions.first { $0.operation.split(separator: ".").last.map(String.init) == wanted }
        return found.map(text)
    }

    /// The end of a sentence that says a name is unknown.
    package static func suggestion(for name: String) -> String { NearName.hint(name, EventSchema.all.map(\.name) + HostFunction.documented.map(\.operation)) }

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

    private static func text(for function: HostFunction) -> String {
        let rights = function.rights.map { "\nNeeds \"\($0)\" in the header and in hook.<name>.grants." } ?? ""
        let arguments = (function.parameters + function.options).map { "  \($0.name): \($0.type.luaType)\($0.isOptional ? "?" : "")\($0.about.isEmpty ? "" : "  " + $0.about)\n" }.joined()
        return "\(function.call) → \(function.returns)\n\n\(function.about)\(rights)\n\(arguments.isEmpty ? "" : "\n" + arguments)"
    }
}
