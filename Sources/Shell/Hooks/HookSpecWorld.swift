/// What surrounded a recorded event, as a test plays it: the servers, what they and others answered, what failed.
struct HookSpecWorld {
    private let record: HookRunRecord
    private let calls: [HookCallRecord]

    init(_ record: HookRunRecord, _ calls: [HookCallRecord]) {
        self.record = record
        self.calls = calls
    }

    // MARK: Servers

    /// The entries of `t.cluster`.
    var nodes: String {
        (record.event["cluster"]["nodes"].list ?? []).map { node in
            var fields: [String] = []
            if isPrimary(node) { fields.append("role = \"primary\"") }
            if isDown(node) { fields.append("down = true") }
            for name in ["zone", "host", "pgdata", "slot_name", "follows"] { if let text = node[name].text, !text.isEmpty { fields.append("\(name) = \(LuaText.quoted(text))") } }
            for name in ["port", "priority", "version", "timeline", "lsn"] { if let number = node[name].integer { fields.append("\(name) = \(number)") } }
            return "      \(LuaText.key(node["name"].text ?? "")) = {\n        \(fields.joined(separator: ", ")),\n      },\n"
        }.joined()
    }

    /// Events that tell of the loss of a primary, whose node did not say any more what it is.
    private static let losses: Set = ["choose_candidate", "approve_failover", "fence_primary", "failover", "failover_finished"]

    private func isPrimary(_ node: HookValue) -> Bool {
        if let role = node["role"].text { return role == "primary" }
        let values = record.event["values"]
        guard values["node"] == node["id"] else { return false }
        return Self.losses.contains(record.name) || values["was_primary"].boolean == true
    }

    /// As the hooks found it, else as the engine had it.
    private func isDown(_ node: HookValue) -> Bool {
        let asked = calls.first { ["node.is_running", "node.ping"].contains($0.operation) && $0.arguments["node"] == node["id"] }
        if case .success(.boolean(let answers))? = asked?.result { return !answers }
        return node["status"].text == "down"
    }

    // MARK: Answers

    /// What answers differently each time it is asked.
    private static let inTurn = """

        --- Answers one after another; the last stays.
        local function in_turn(list)
          local at = 0
          return function()
            at = math.min(at + 1, #list)
            return list[at]
          end
        end

        """

    /// Functions that the test needs; empty where it needs none.
    var helper: String { answers.contains { $0.texts.count > 1 } ? Self.inTurn : "" }

    /// Lines that prepare the cluster: answers, files, kept values, failures.
    var preparation: String {
        let list = answers.map { "      [\(LuaText.quoted($0.question))] = \($0.texts.count > 1 ? "in_turn { \($0.texts.joined(separator: ", ")) }" : $0.texts[0]),\n" }.joined()
        return (list.isEmpty ? "" : "    c:answers {\n\(list)    }\n") + files + failures
    }

    private struct Answer {
        let question: String
        var texts: [String]
    }

    /// What statements, commands and addresses gave, in the order of their questions.
    private var answers: [Answer] {
        var found: [Answer] = []
        for call in calls {
            guard case .success(let value)? = call.result, let question = question(call) else { continue }
            let text = call.operation == "node.sql" ? rows(value) : value.luaText
            if let at = found.firstIndex(where: { $0.question == question }) { found[at].texts.append(text) } else { found.append(Answer(question: question, texts: [text])) }
        }
        return found.map { Set($0.texts).count == 1 ? Answer(question: $0.question, texts: [$0.texts[0]]) : $0 }
    }

    /// nil for calls that a test's cluster answers by itself.
    private func question(_ call: HookCallRecord) -> String? {
        switch call.operation {
        case "node.sql": call.arguments["text"].text
        case "run", "node.run": call.arguments["argv"].list.map { $0.compactMap(\.text).joined(separator: " ") }
        case _ where call.operation.hasPrefix("http."): call.operation.dropFirst("http.".count).uppercased() + " " + call.address
        default: nil
        }
    }

    private func rows(_ value: HookValue) -> String {
        let columns = value["columns"].list?.compactMap(\.text) ?? []
        let rows = (value["rows"].list ?? []).map { row in
            "{ " + zip(columns, row.list ?? []).map { "[\(LuaText.quoted($0))] = \($1 == .none ? "t.null" : $1.luaText)" }.joined(separator: ", ") + " }"
        }
        return rows.isEmpty ? "{}" : "{ \(rows.joined(separator: ", ")) }"
    }

    /// Files that were read, and values that were kept.
    private var files: String {
        var seen: Set<String> = []
        return calls.compactMap { call -> String? in
            guard case .success(let value)? = call.result, value != .none else { return nil }
            let place: String, text: String
            switch call.operation {
            case "fs.read": (place, text) = ("c.files[\(call.arguments["path"].luaText)]", value.luaText)
            case "node.read_file": (place, text) = ("c.nodes[\(LuaText.quoted(record.nodeName(call.arguments["node"]) ?? ""))].files[\(call.arguments["path"].luaText)]", value.luaText)
            case "kv.get":
                let space = call.arguments["shared"].text.map { "shared/" + $0 } ?? call.hook
                (place, text) = ("c.kv[\(LuaText.quoted("\(space)/\(call.arguments["key"].text ?? "")"))]", "{ value = \(value.luaText) }")
            default: return nil
            }
            return seen.insert(place).inserted ? "    \(place) = \(text)\n" : nil
        }.joined()
    }

    /// Calls that failed from the first on: as often as they did.
    private var failures: String {
        var counts: [(words: String, line: String, times: Int, isOver: Bool)] = []
        for call in calls where HostFunction.byOperation[call.operation].map({ $0.effect != .flow }) ?? false {
            let words = call.specWords(record)
            let at = counts.firstIndex { $0.words == words } ?? counts.endIndex
            if at == counts.endIndex { counts.append((words, "", 0, false)) }
            guard case .failure(let failure)? = call.result, failure.kind == .environment else {
                counts[at].isOver = true
                continue
            }
            guard !counts[at].isOver else { continue }
            let about = call.specSubject(record)
            counts[at].times += 1
            counts[at].line = "    c:fail(\(LuaText.quoted(call.operation)), { \(about.isEmpty ? "" : "on = \(LuaText.quoted(about)), ")error = \(LuaText.quoted(failure.message))"
        }
        return counts.filter { $0.times > 0 }.map { "\($0.line), times = \($0.times) })\n" }.joined()
    }
}
