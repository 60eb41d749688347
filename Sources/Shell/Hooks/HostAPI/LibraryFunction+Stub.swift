/// What editors know of the library's functions.
extension LibraryFunction {
    /// The methods, then `us` with its groups, and its end.
    static var stubs: [String] {
        let methods = all.filter(\.isMethod).map(\.stub)
        let functions = all.filter { !$0.isMethod && $0.effect != "value" }
        let groups = Set(functions.map(\.group)).subtracting(["us"]).sorted()
        let values = all.filter { $0.effect == "value" }.map { "---@field \($0.lastName) \($0.returns.type) \($0.about)\n" }.joined()
        let us = "---@class us\n\(values)local us = {}\n"
        return methods + [us] + functions.filter { $0.group == "us" }.map(\.stub) + groups.map { group in
            "---@class \(group)\n\(group) = {}\n\n" + functions.filter { $0.group == group }.map(\.stub).joined(separator: "\n")
        }
    }

    private var stub: String {
        let lines = arguments.map { "---@param \($0.name) \($0.type)\($0.isOptional && $0.name != "..." ? "?" : "")\($0.about.isEmpty ? "" : " " + $0.about)\n" }.joined()
        let waits = effect == "pure" ? "" : "---@async\n", result = returns.type.isEmpty ? "" : "---@return \(returns.type)\n"
        let receiver = isMethod ? label.replacing("node:", with: "Node:").replacing("cluster:", with: "Cluster:") : label
        return "--- \(about)\(rights.map { " Needs \($0)." } ?? "")\(missing.map { " Not yet: \($0)." } ?? "")\n\(waits)\(lines)\(result)function \(receiver)(\(arguments.map(\.name).joined(separator: ", "))) end\n"
    }
}

extension HookHeader.Table {
    /// The table as a class.
    var stub: String { "---@class \(className)\n" + keys.map { "---@field \($0.name) \($0.type)\($0.isOptional ? "?" : "") \($0.about)\n" }.joined() }
}
