/// What an argument of a host function is; Lua's library reads it, and the daemon checks it again: a hook process is not trusted.
package enum HostParameterType: String, Sendable, CaseIterable {
    /// Seconds; people write "30s".
    case duration
    /// A count of bytes; people write "16MB".
    case bytes
    case integer, number, string, boolean
    /// A text that may be, or hold, a secret.
    case text
    /// Texts by name.
    case texts
    /// A list of texts.
    case strings
    case integers
    /// Whatever crosses the boundary.
    case value
    /// A node's id.
    case node

    /// Whether `value` is one.
    func admits(_ value: HookValue) -> Bool {
        switch self {
        case .duration: value.number.map { (0...Self.longest).contains($0) } ?? false
        case .bytes: value.integer.map { $0 >= 0 } ?? false
        case .integer, .node: value.integer != nil
        case .number: value.number != nil
        case .string: value.text != nil
        case .boolean: value.boolean != nil
        case .text: Self.isText(value)
        case .texts: value.map?.values.allSatisfy(Self.isText) ?? false
        case .strings: value.list?.allSatisfy(Self.isText) ?? false
        case .integers: value.list?.allSatisfy { $0.integer != nil } ?? false
        case .value: true
        }
    }

    /// Seconds that a `Duration` is asked to hold: ten years.
    private static let longest = 315_360_000.0

    private static func isText(_ value: HookValue) -> Bool { value.text != nil || value[SecretText.key].list != nil }

    /// What editors call it.
    package var luaType: String {
        switch self {
        case .duration: "string|number"
        case .bytes: "string|integer"
        case .integer: "integer"
        case .number: "number"
        case .string: "string"
        case .boolean: "boolean"
        case .text: "string|us.Secret"
        case .texts: "table<string, string|us.Secret>"
        case .strings: "string[]"
        case .integers: "integer[]"
        case .value: "any"
        case .node: "us.Node"
        }
    }
}

/// The arguments of one call, which were checked against their declaration.
package struct HostArguments: Hashable, Sendable {
    /// By name; a method's node is `node`.
    package let values: HookValue

    /// What is wrong with `values` for `function`; nil when they fit.
    static func problem(_ values: HookValue, for function: HostFunction) -> String? {
        let declared = function.parameters + function.options + (function.isMethod ? [.required("node", .node)] : [])
            + (function.style == .vector ? [.required("argv", .strings)] : []) + (function.style == .statement ? [.required("parameters", .value)] : [])
        guard let given = values.map else { return "the arguments are no table" }
        let names = Set(declared.map(\.name)).union(hidden)
        if let extra = given.keys.filter({ !names.contains($0) }).sorted().first { return "there is no argument \"\(extra)\"" }
        for parameter in declared {
            guard let value = given[parameter.name] else {
                if parameter.isOptional { continue }
                return "the argument \"\(parameter.name)\" is missing"
            }
            guard parameter.type.admits(value) else { return "the argument \"\(parameter.name)\" is no \(parameter.type.rawValue)" }
        }
        return nil
    }

    /// What Lua's library adds where its author does not.
    private static let hidden: Set<String> = ["shared", "follow"]

    package subscript(name: String) -> HookValue { values[name] }
    /// Empty where it is not given, or no text.
    package func text(_ name: String) -> String { values[name].text ?? "" }
    /// nil where it is not given.
    package func duration(_ name: String) -> Duration? { values[name].number.map { .seconds($0) } }
    /// False where it is not given.
    package func isSet(_ name: String) -> Bool { values[name].boolean ?? false }
    /// The texts of a list; empty where it is not given.
    package func strings(_ name: String) -> [String] { values[name].list?.compactMap(\.text) ?? [] }
    /// Parameters of a statement.
    package var parameters: [HookValue] { values["parameters"].list?.map { $0["value"] } ?? [] }

    /// The same with one value replaced.
    func with(_ name: String, _ value: HookValue) -> HostArguments {
        var all = values.map ?? [:]
        all[name] = value
        return HostArguments(values: .map(all))
    }
}
