/// A function or value of the library as people read of it: in the manual, in `understudy hooks doc` and in an editor.
///
/// Host functions give one each; what is written in Lua is declared in `LibraryFunction+Lua.swift`.
package struct LibraryFunction: Sendable {
    /// What is said of an argument, or of an option in the table of options.
    struct Parameter: Sendable {
        let name: String
        /// As Lua's language server writes it.
        let type: String
        var isOptional = false
        /// One sentence; empty where the name says it.
        var about = ""
    }

    /// How it is called: `node:promote`, `us.http.get`.
    package let label: String
    /// What a call does to the world: a `HostFunction.Effect`; `pure` for what asks the engine for nothing; `value` for what is no function.
    let effect: String
    /// `run:<program>`; nil when everybody may.
    let rights: String?
    /// As the editor's stub takes them.
    let arguments: [Parameter]
    /// As `hooks doc` lists them: options one by one.
    let details: [Parameter]
    /// How a call is written.
    let call: String
    /// One word for the manual, and the type for an editor; empty for nothing.
    let returns: (word: String, type: String)
    let about: String
    /// Why this version has only the declaration; nil when it can be called.
    let missing: String?

    /// About, what it asks for, and whether it can be called yet.
    var sentences: String { about + (missing.map { " Not yet: \($0)." } ?? "") }
    /// What it is a member of: `us.http` of `us.http.get`, `node` of `node:promote`.
    var group: String { String(label[..<(label.lastIndex { $0 == "." || $0 == ":" } ?? label.startIndex)]) }
    /// `get` of `us.http.get`.
    var lastName: String { String(label.dropFirst(group.count + 1)) }
    var isMethod: Bool { label.contains(":") }
}

extension LibraryFunction {
    init(_ host: HostFunction) {
        let positional = host.parameters.map { Parameter(name: $0.name, type: $0.type.luaType, isOptional: $0.isOptional, about: $0.about) }
        let options = host.options.map { Parameter(name: $0.name, type: $0.type.luaType, isOptional: true, about: $0.about) }
        let named = options.map { "\($0.name): \($0.type)?" }.joined(separator: ", "), names = options.map { "\($0.name) =" }.joined(separator: ", ")
        switch host.style {
        case .positional:
            arguments = positional + (options.isEmpty ? [] : [Parameter(name: "options", type: "{ \(named) }", isOptional: true)])
            call = "\(host.label)(\((positional.map(\.written) + (options.isEmpty ? [] : ["{ \(names) }"])).joined(separator: ", ")))"
        case .vector:
            arguments = [Parameter(name: "command", type: "{ [integer]: string, json: boolean?, on_line: fun(line: string)?, \(named) }", about: "the program, its arguments, and options")]
            call = "\(host.label) { argv…, json =, on_line =, \(names) }"
        case .statement:
            arguments = positional + [Parameter(name: "...", type: "any")]
            call = "\(host.label)(text, …)"
        }
        label = host.label
        effect = host.effect.rawValue
        rights = host.rights
        details = positional + options
        returns = (host.returns == .nothing ? "" : host.returns.rawValue, host.returns.luaType)
        about = host.about
        missing = host.missing
    }

    /// One that is written in Lua; `returns` is a type of Lua's language server.
    init(_ label: String, effect: String = "pure", rights: String? = nil, _ arguments: [Parameter] = [], returns: String = "", about: String) {
        self.label = label
        self.effect = effect
        self.rights = rights
        self.arguments = arguments
        details = arguments
        call = effect == "value" ? label : "\(label)(\(arguments.map(\.written).joined(separator: ", ")))"
        self.returns = (returns.split(separator: " ").first.map { $0.hasPrefix("{") || $0.hasPrefix("fun(") ? "value" : String($0) } ?? "", returns)
        self.about = about
        missing = nil
    }
}

extension LibraryFunction.Parameter {
    static func required(_ name: String, _ type: String, _ about: String = "") -> Self { Self(name: name, type: type, about: about) }
    static func optional(_ name: String, _ type: String, _ about: String = "") -> Self { Self(name: name, type: type, isOptional: true, about: about) }

    fileprivate var written: String { isOptional ? "[\(name)]" : name }
}

extension HostFunction.Result {
    fileprivate var luaType: String {
        switch self {
        case .nothing: ""
        case .boolean: "boolean"
        case .integer: "integer?"
        case .text: "string"
        case .texts: "table<string, string>"
        case .value: "any"
        case .rows: "table[] rows with `columns`, `count` and `command`"
        case .command: "{ code: integer, stdout: string, stderr: string, took: number, json: any }"
        case .response: "{ status: integer, headers: table<string, string>, body: string, json: any }"
        case .cluster: "us.Cluster"
        }
    }
}

extension LibraryFunction {
    /// Every function and value that a hook can name, methods of nodes first; the rest in the manual's order.
    package static let all = hosts.filter(\.isMethod) + written.filter(\.isMethod) + (written + hosts).filter { !$0.isMethod }

    private static let hosts = HostFunction.all.filter { !$0.isInternal }.map { LibraryFunction($0) }

    /// The names below `us`, of functions, values and groups: `step`, `http.get`, `http`.
    static let names: Set<String> = {
        let labels = all.filter { $0.label.hasPrefix("us.") }.flatMap { [$0.label, $0.group] }
        return Set(labels.filter { $0 != "us" }.map { String($0.dropFirst("us.".count)) })
    }()
}
