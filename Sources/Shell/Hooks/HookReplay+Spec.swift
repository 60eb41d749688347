/// A recorded event as a test of its hooks.
package enum HookSpecText {
    /// A file for `understudy hooks test`: the cluster as it was, the answers that it gave, the same event, the same effects.
    package static func text(_ record: HookRunRecord, _ calls: [HookCallRecord]) -> String {
        let name = record.event["values"]["node"].integer.flatMap { nodeName($0, record) }
        let changes = calls.filter { !$0.isUndo && HostFunction.changes($0.operation) && $0.changedSomething }
        return """
            -- What \(record.name) \(record.id) did, recorded and written by `understudy hooks replay --as-test`.
            local t = require "understudy.testing"

            describe("\(record.name) \(record.id)", function()
              it("does again what it did", function()
                local c = t.cluster {
            \(nodes(record))    }
                c:answers {
            \(answers(calls))    }
                local r = c:fire(\(quoted(record.name)), { \(name.map { "node = \(quoted($0))" } ?? "") })
                assert.equal(\(quoted(record.outcome ?? "passed")), r.outcome)
                assert.effects(c, {
            \(changes.map { "      \(quoted($0.specWords(record))),\n" }.joined())    })
              end)
            end)

            """
    }

    private static func nodes(_ record: HookRunRecord) -> String {
        let all = record.event["cluster"]["nodes"].list ?? []
        let most = all.compactMap { $0["lsn"].integer }.max() ?? 0
        return all.map { node in
            var fields: [String] = []
            let isLost = node["id"] == record.event["values"]["node"]
            if node["role"].text == "primary" || (node["role"] == .none && isLost) { fields.append("role = \"primary\"") }
            if node["status"].text == "down" { fields.append("down = true") }
            if let lsn = node["lsn"].integer, lsn < most { fields.append("lag = \(most - lsn)") }
            if let zone = node["zone"].text, !zone.isEmpty { fields.append("zone = \(quoted(zone))") }
            return "      \(node["name"].text ?? "") = { \(fields.joined(separator: ", ")) },\n"
        }.joined()
    }

    /// What statements, commands and addresses gave.
    private static func answers(_ calls: [HookCallRecord]) -> String {
        var seen: Set<String> = []
        return calls.compactMap { call -> String? in
            guard case .success(let value)? = call.result, let question = call.question, seen.insert(question).inserted else { return nil }
            return "      [\(quoted(question))] = \(answer(call, value)),\n"
        }.joined()
    }

    private static func answer(_ call: HookCallRecord, _ value: HookValue) -> String {
        guard call.operation == "node.sql" else { return lua(value) }
        let columns = value["columns"].list?.compactMap(\.text) ?? []
        let rows = value["rows"].list?.map { row in HookValue.map(Dictionary(zip(columns, row.list ?? [])) { first, _ in first }) } ?? []
        return lua(.list(rows))
    }

    private static func nodeName(_ id: Int64, _ record: HookRunRecord) -> String? {
        record.event["cluster"]["nodes"].list?.first { $0["id"].integer == id }?["name"].text
    }

    private static func lua(_ value: HookValue) -> String {
        switch value {
        case .none: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): quoted(value)
        case .list(let values): "{ " + values.map(lua).joined(separator: ", ") + " }"
        case .map(let values): "{ " + values.filter { $0.value != .none }.sorted { $0.key < $1.key }.map { "[\(quoted($0.key))] = \(lua($0.value))" }.joined(separator: ", ") + " }"
        }
    }

    /// As Lua reads it again.
    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "\"": "\\\""
            case "\n": "\\n"
            case _ where scalar.value < 32 || scalar.value == 127: "\\u{\(String(scalar.value, radix: 16))}"
            default: String(scalar)
            }
        }.joined() + "\""
    }
}

extension HookCallRecord {
    fileprivate var changedSomething: Bool { if case .success? = result { true } else { false } }

    /// What a test's cluster is asked by the call; nil for calls that it answers by itself.
    fileprivate var question: String? {
        switch operation {
        case "node.sql": arguments["text"].text
        case "run", "node.run": arguments["argv"].list.map { $0.compactMap(\.text).joined(separator: " ") }
        case _ where operation.hasPrefix("http."): arguments["url"].text.map { operation.dropFirst("http.".count).uppercased() + " " + $0 }
        default: nil
        }
    }

    /// As `assert.effects` names it.
    fileprivate func specWords(_ record: HookRunRecord) -> String { words(record) }
}
