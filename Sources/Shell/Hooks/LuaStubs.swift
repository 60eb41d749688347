/// `lua/meta/understudy.lua`: what an editor's Lua language server knows of events, nodes and host functions.
///
/// Events are declared as functions and `us.hook` returns an instance: only so does the server infer the type of `ev`.
package enum LuaStubs {
    /// The file's text.
    package static var text: String {
        let sections = [header, eventClass(nil), nodeClass, cluster, peer, opaque] + HookHeader.all.map(\.stub) + LibraryFunction.stubs
            + EventSchema.all.map { eventClass($0) } + [hookClass] + EventSchema.all.map(handler) + ["return us\n"]
        return sections.joined(separator: "\n")
    }

    private static let header = """
        ---@meta understudy
        -- Written by `understudy render stubs` from the declarations; not loaded by anything.
        -- luacheck: ignore

        """

    private static let cluster = """
        ---@class us.Cluster
        ---@field name string
        ---@field nodes table<string|integer, us.Node> by name, or in order
        ---@field primary us.Node? the node that takes writes
        local Cluster = {}

        """

    private static let peer = """
        --- Another member of the watchdog.
        ---@class us.Peer
        ---@field name string

        """

    /// What a hook is given and hands on, and cannot look into.
    private static let opaque = """
        ---@class us.Outcome

        ---@class us.Option

        ---@class us.Secret
        ---@operator concat(string|number|us.Secret): us.Secret

        """

    private static let hookClass = """
        ---@class us.Hook
        local Hook = {}

        """

    private static var nodeClass: String {
        "--- A snapshot of a node, with methods that reach it.\n---@class us.Node\n" + EventSchema.nodeFields.map(field).joined() + "local Node = {}\n"
    }

    private static func eventClass(_ schema: EventSchema?) -> String {
        guard let schema else {
            return "---@class us.Event\n" + EventSchema.common.map(field).joined() + "---@field cluster us.Cluster\n"
        }
        return "---@class \(className(schema)) : us.Event\n" + schema.ownFields.map(field).joined()
    }

    private static func handler(_ schema: EventSchema) -> String {
        let result = switch schema.kind {
        case .do, .approve: "---@return us.Outcome?\n"
        case .choose(.nodes): "---@return us.Node|us.Node[]|nil\n"
        case .choose(.words(let words)): "---@return \(words.map { "\"\($0)\"" }.joined(separator: "|"))|nil\n"
        case .choose(.truth): "---@return boolean?\n"
        case .choose(.nodeOrGroup): "---@return us.Node|string|nil\n"
        case .tell: ""
        }
        let summary = schema.summary.replacing("`", with: "")
        return "--- \(summary)\n---@param ev \(className(schema))\n---@param opt table<string, any>\n\(result)function Hook.\(schema.name)(ev, opt) end\n"
    }

    private static func field(_ field: EventSchema.Field) -> String {
        let type = switch field.kind {
        case .text: "string"
        case .integer, .number, .boolean: field.kind.rawValue
        case .node: "us.Node"
        case .nodes: "us.Node[]"
        case .peer: "us.Peer"
        case .peers: "us.Peer[]"
        case .texts: "string[]"
        case .table: "table"
        }
        return "---@field \(field.name) \(type)\(field.isOptional ? "?" : "") \(field.about)\(field.placeholder.isEmpty ? "" : " (pgpool: \(field.placeholder))")\n"
    }

    /// `failover_finished` is `us.FailoverFinished`.
    static func className(_ schema: EventSchema) -> String {
        "us." + schema.name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
