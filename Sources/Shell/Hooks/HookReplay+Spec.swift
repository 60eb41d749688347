internal import Settings

/// A recorded event as a test of its hooks.
package enum HookSpecText {
    /// A file for `understudy hooks test`, to stand beside the hooks: the cluster as it was, the answers that it gave, the same event, the same effects.
    /// `catalogue` has the hooks that ran then.
    package static func text(_ record: HookRunRecord, _ calls: [HookCallRecord], _ catalogue: HookCatalogue) -> String {
        let world = HookSpecWorld(record, calls), changes = calls.filter { $0.wasTried(catalogue) }
        return """
            -- What \(record.name) \(record.id) did, recorded and written by `understudy hooks replay --as-test`.
            local t = require "understudy.testing"
            \(world.helper)
            describe("\(record.name) \(record.id)", function()
              it("does again what it did", function()
                local c = t.cluster {
            \(world.nodes)    }
            \(hooks(record, catalogue))\(world.preparation)    local r = c:run(\(LuaText.quoted(record.name)), {
            \(fields(record))    })
                assert.equal(\(LuaText.quoted(record.outcome ?? "passed")), r.outcome)
                assert.effects(c, {
            \(changes.map { "      \(LuaText.quoted($0.specWords(record))),\n" }.joined())    })
              end)
            end)

            """
    }

    /// The hooks of the test's own directory where such ran, and what the configuration says to those that did.
    private static func hooks(_ record: HookRunRecord, _ catalogue: HookCatalogue) -> String {
        let ran = catalogue.hooks.filter { record.hooks.contains($0.name) }
        let site = record.hooks.contains { !$0.hasPrefix("understudy/") } ? "    c:hooks \".\"\n" : ""
        return site + ran.flatMap(\.settings).filter { $0.option != HookGrants.option }.sorted { ($0.hook, $0.option) < ($1.hook, $1.option) }.map {
            "    c:set(\"hook.\($0.hook).\($0.option)\", \(LuaText.quoted($0.text)))\n"
        }.joined()
    }

    /// What a run says by itself.
    private static let given: Set<String> = ["name", "at", "deadline", "epoch", "term", "attempt", "generation", "dry_run", "parent"]

    private static func fields(_ record: HookRunRecord) -> String {
        let schema = EventSchema.byName[record.name], own = Set(schema?.ownFields.map(\.name) ?? [])
        return (schema?.fields ?? []).filter { !given.contains($0.name) }.compactMap { field -> String? in
            let value = record.event["values"][field.name]
            if value == .none { return own.contains(field.name) ? "      \(field.name) = t.null,\n" : nil }
            let text = switch field.kind {
            case .node: LuaText.quoted(record.nodeName(value) ?? "")
            case .nodes: "{ " + (value.list ?? []).map { LuaText.quoted(record.nodeName($0) ?? "") }.joined(separator: ", ") + " }"
            case .text, .integer, .number, .boolean, .peer, .peers, .texts, .table: value.luaText
            }
            return "      \(field.name) = \(text),\n"
        }.joined()
    }
}

extension HookRunRecord {
    /// The name of the node with this number.
    func nodeName(_ id: HookValue) -> String? { event["cluster"]["nodes"].list?.first { $0["id"] == id }?["name"].text }
}

extension HookCallRecord {
    /// Whether it would be among the effects of a test: it changes something, and nobody refused it beforehand.
    fileprivate func wasTried(_ catalogue: HookCatalogue) -> Bool {
        guard let function = HostFunction.byOperation[operation], let own = catalogue.hooks.first(where: { $0.name == hook }) else { return false }
        let rights = HookRights(granted: own.granted, trust: own.trust, isNotification: false)
        switch function.effect(of: rights.settled(HostArguments(values: arguments), of: function)) {
        case .read, .flow: return false
        case .write, .opaque, .engine: break
        }
        switch result {
        case .success: return true
        case .failure(let failure): return failure.kind == .environment
        case nil: return false
        }
    }

    /// As `assert.effects` names it.
    func specWords(_ record: HookRunRecord) -> String {
        let about = specSubject(record)
        return about.isEmpty ? operation : operation + " " + about
    }

    /// Whom or what a call is about, in the words of the test library: a host without its port.
    func specSubject(_ record: HookRunRecord) -> String {
        guard arguments["url"] != .none else { return record.nodeName(arguments["node"]) ?? Self.subject(arguments) }
        let address = address, host = address.firstRange(of: "://").map { address[$0.upperBound...].prefix { $0 != "/" && $0 != ":" } }
        return host.map(String.init) ?? address
    }

    /// An address, with the names of secrets in place of what they are.
    var address: String {
        arguments["url"].text ?? (arguments["url"][SecretText.key].list ?? []).map { $0.text ?? $0["secret"].text ?? "…" }.joined()
    }
}

extension HookValue {
    /// As Lua reads it again; what is nothing is left out of tables.
    var luaText: String {
        switch self {
        case .none: "nil"
        case .boolean(let value): String(value)
        case .integer(let value): String(value)
        case .double(let value): String(value)
        case .text(let value): LuaText.quoted(value)
        case .list(let values): "{ " + values.map(\.luaText).joined(separator: ", ") + " }"
        case .map(let values): values.isEmpty ? "{}" : "{ " + values.filter { $0.value != .none }.sorted { $0.key < $1.key }.map { "[\(LuaText.quoted($0.key))] = \($0.value.luaText)" }.joined(separator: ", ") + " }"
        }
    }
}
