/// What editors know of host functions.
extension HostFunction {
    /// A section for the methods of nodes, then one for each group: `us.http`, `us.kv`.
    static var stubs: [String] {
        let groups = Dictionary(grouping: documented.filter { !$0.isMethod }, by: \.group)
        return documented.filter(\.isMethod).map(\.stub) + groups.sorted { $0.key < $1.key }.map { group, functions in
            let name = group.isEmpty ? "us" : "us." + group
            return "---@class \(name)\nlocal \(luaTable(group)) = {}\n" + functions.map(\.stub).joined()
        }
    }

    /// `http` of `http.get`; empty for `run`.
    private var group: String { operation.contains(".") ? String(operation.prefix { $0 != "." }) : "" }

    private static func luaTable(_ group: String) -> String { group.isEmpty ? "us" : group }

    private var receiver: String { isMethod ? "Node:" : Self.luaTable(group) + "." }

    private var stub: String {
        var names = parameters.map(\.name), lines = parameters.map { "---@param \($0.name) \($0.type.luaType)\($0.isOptional ? "?" : "")\($0.about.isEmpty ? "" : " " + $0.about)\n" }
        let named = options.map { "\($0.name): \($0.type.luaType)?" }.joined(separator: ", ")
        switch style {
        case .positional:
            if !options.isEmpty {
                names.append("options")
                lines.append("---@param options { \(named) }?\n")
            }
        case .vector:
            names = ["command"]
            lines = ["---@param command { [integer]: string, json: boolean?, on_line: fun(line: string)?, \(named) } the program, its arguments, and options\n"]
        case .statement:
            names.append("...")
            lines.append("---@param ... any\n")
        }
        let rights = rights.map { " Needs \($0)." } ?? ""
        let last = operation.split(separator: ".").last.map(String.init) ?? operation
        return "--- \(about)\(rights)\(missing.map { " Not yet: \($0)." } ?? "")\n---@async\n\(lines.joined())\(returns.annotation)function \(receiver)\(last)(\(names.joined(separator: ", "))) end\n"
    }
}

extension HostFunction.Result {
    fileprivate var annotation: String {
        switch self {
        case .nothing: ""
        case .boolean: "---@return boolean\n"
        case .integer: "---@return integer?\n"
        case .text: "---@return string\n"
        case .texts: "---@return table<string, string>\n"
        case .value: "---@return any\n"
        case .rows: "---@return table[] rows with `columns`, `count` and `command`\n"
        case .command: "---@return { code: integer, stdout: string, stderr: string, took: number, json: any }\n"
        case .response: "---@return { status: integer, headers: table<string, string>, body: string, json: any }\n"
        case .cluster: "---@return us.Cluster\n"
        }
    }
}
