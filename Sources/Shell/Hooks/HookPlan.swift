internal import ClusterModel

/// A dry run: reads are done, writes only foreseen, and what nobody can know is said to be unknown.
package actor HookPlan {
    /// One effect that a real run would have.
    package struct Entry: Hashable, Sendable, Codable {
        package let operation: String
        /// `pg2`, `hooks.slack.com`, a program's name.
        package let subject: String
        /// write, opaque or engine.
        package let kind: String
        package let step: String?
        /// `file:line`
        package let place: String
        /// What the plan goes on with; nil for nothing.
        package let foreseen: String?
        /// Why it would not be done if it were asked now; nil when it would.
        package let objection: String?
    }

    package private(set) var entries: [Entry] = []
    private let nodes: [NodeID: String]
    /// What the plan has changed, by operation and what it is about: later reads see it.
    private var overlay: [String: HookValue] = [:]

    init(_ cluster: HookCluster) { nodes = Dictionary(uniqueKeysWithValues: cluster.nodes.map { ($0.node.id, $0.node.name) }) }

    /// What a call gives in the plan; nil: it only looks, and the plan has changed nothing of what it looks at.
    func answer(_ function: HostFunction, _ arguments: HostArguments, _ context: EffectContext, objection: String?) -> HookValue? {
        let subject = subject(function, arguments)
        switch function.effect(of: arguments) {
        case .read, .flow:
            return overlay[function.operation + " " + key(arguments)]
        case .write, .engine:
            let value = foresee(function, arguments)
            note(function, subject, context, value, objection)
            return value
        case .opaque:
            let prediction = arguments["predict"]
            if prediction != .none {
                let value = Self.complete(prediction, function)
                note(function, subject, context, value)
                return value
            }
            note(function, subject, context, nil)
            return ["$unknown": ["what": .text(subject.isEmpty ? function.label : Self.words(function, arguments, subject))]]
        }
    }

    private func note(_ function: HostFunction, _ subject: String, _ context: EffectContext, _ value: HookValue?, _ objection: String? = nil) {
        entries.append(Entry(operation: function.operation, subject: subject, kind: function.effect.rawValue, step: context.step, place: context.place?.description ?? "",
                             foreseen: value.flatMap { $0 == .none ? nil : $0.words }, objection: objection))
    }

    /// What the call is about: a node, a host, a program, a key.
    private func subject(_ function: HostFunction, _ arguments: HostArguments) -> String {
        if let number = arguments["node"].integer { return nodes[NodeID(Int(clamping: number))] ?? "node \(number)" }
        return HookCallRecord.subject(arguments.values)
    }

    private static func words(_ function: HostFunction, _ arguments: HostArguments, _ subject: String) -> String {
        let argv = arguments.strings("argv")
        return argv.isEmpty ? "\(function.label) \(subject)" : argv.joined(separator: " ")
    }

    private static func complete(_ prediction: HookValue, _ function: HostFunction) -> HookValue {
        guard var fields = prediction.map else { return prediction }
        switch function.returns {
        case .command: for (name, value) in ["code": 0, "stdout": "", "stderr": "", "took": 0] as [String: HookValue] { fields[name] = fields[name] ?? value }
        case .response: for (name, value) in ["status": 200, "headers": [:], "body": ""] as [String: HookValue] { fields[name] = fields[name] ?? value }
        case .rows: for (name, value) in ["columns": [], "rows": [], "count": 0, "command": ""] as [String: HookValue] { fields[name] = fields[name] ?? value }
        case .nothing, .boolean, .integer, .text, .texts, .value, .cluster: break
        }
        return .map(fields)
    }

    private func key(_ arguments: HostArguments) -> String {
        [arguments["node"].integer.map(String.init), arguments["shared"].text, arguments["key"].text, arguments["path"].text, arguments["other"].integer.map(String.init)]
            .compactMap(\.self).joined(separator: " ")
    }

    /// The result of a write, and what later reads see of it.
    private func foresee(_ function: HostFunction, _ arguments: HostArguments) -> HookValue {
        let node = arguments["node"].integer.map(String.init) ?? "", key = key(arguments)
        switch function.operation {
        case "node.promote": overlay["node.in_recovery " + node] = false
        case "node.stop": for read in ["is_running", "ping"] { overlay["node.\(read) \(node)"] = false }
        case "node.start", "node.restart":
            for read in ["is_running", "ping"] { overlay["node.\(read) \(node)"] = true }
            for other in nodes.keys { overlay["node.replicates_to \(other.number) \(node)"] = true }
        case "node.ensure_slot": return arguments["name"]
        case "node.rewind_from", "node.basebackup_from": overlay["node.in_recovery " + node] = true
        case "node.write_file": overlay["node.read_file " + key] = arguments["text"]
        case "fs.write":
            overlay["fs.read " + key] = arguments["text"]
            overlay["fs.exists " + key] = true
        case "fs.remove": overlay["fs.exists " + key] = false
        case "kv.set": overlay["kv.get " + key] = arguments["value"]
        case "kv.delete": overlay["kv.get " + key] = HookValue.none
        case "kv.incr":
            let sum = HookValue.integer((overlay["kv.get " + key]?.integer ?? 0) &+ (arguments["by"].integer ?? 1))
            overlay["kv.get " + key] = sum
            return sum
        case "kv.compare_and_set": return true
        case "lock.acquire": return 1
        default: break
        }
        return .none
    }
}

extension HookCallRecord {
    /// What a call without a node is about.
    static func subject(_ arguments: HookValue) -> String {
        if let program = arguments["argv"].list?.first?.text { return program.split(separator: "/").last.map(String.init) ?? program }
        if let url = arguments["url"].text { return url.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map(String.init) ?? url }
        if arguments["url"] != .none { return "a secret address" }
        for name in ["key", "path", "name", "title"] { if let text = arguments[name].text { return text } }
        return ""
    }
}

extension HookValue {
    /// For people: on one line, cut where it is long, secrets closed.
    package var words: String { words(limit: 200) }

    func words(limit: Int) -> String {
        let text = written
        return text.count <= limit ? text : text.prefix(limit) + "…"
    }

    private var written: String {
        switch self {
        case .none: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): "\"" + value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
        case .list(let values): "{" + values.map(\.written).joined(separator: ", ") + "}"
        case .map(let values):
            if let pieces = values[SecretText.key]?.list { pieces.map(Self.piece).joined() }
            else { "{" + values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.written)" }.joined(separator: ", ") + "}" }
        }
    }

    private static func piece(_ piece: HookValue) -> String {
        piece.text ?? piece["secret"].text.map { "<secret \($0)>" } ?? piece["of"].list?.map(Self.piece).joined() ?? ""
    }
}
