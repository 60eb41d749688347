/// What the test library is told, to play the daemon's part.
extension HookCatalogue {
    private static let boot = "understudy.internal.boot"
    private static let testBoot = "understudy.internal.testing.boot"

    /// The request that runs a file of tests: the library begins with the test library, which begins the real one for every handler.
    /// nil when there is no test library.
    func testRequest(_ spec: LuaFile, _ limits: HookLimits) -> [String: HookValue]? {
        guard let begin = library[Self.testBoot] else { return nil }
        let blank = Hook(name: spec.chunk, about: nil, file: spec, isBundled: false, events: [], needs: [], replaces: nil, settings: [])
        var request = request("test", blank, nil, limits).map ?? [:]
        var modules = library.mapValues(\.value)
        modules["real_boot"] = modules[Self.boot]
        modules[Self.boot] = begin.value
        request["library"] = .map(modules)
        request["declarations"] = .map(Dictionary(uniqueKeysWithValues: EventSchema.all.map { ($0.name, $0.testValue) }))
        request["changes"] = .map(Dictionary(uniqueKeysWithValues: HostFunction.byOperation.map { ($0.key, .boolean($0.value.effect == .write)) }))
        return request
    }

    /// Every hook's request, as the daemon would send it, and the chain of every event; without what the test has already.
    func testValue(_ problems: [HookProblem]) -> HookValue {
        let events = EventSchema.all.map { event in
            (event.name, HookValue.list(chain(for: event, bundledOnly: false).map { .text($0.name) }))
        }
        let bundled = EventSchema.all.map { event in
            (event.name, HookValue.list(chain(for: event, bundledOnly: true).map { .text($0.name) }))
        }
        return [
            "problems": .list(problems.map { .text($0.description) }), "modules": .map(modules.mapValues(\.value)),
            "hooks": .map(Dictionary(hooks.map { ($0.name, testValue($0)) }) { _, last in last }),
            "chains": .map(Dictionary(uniqueKeysWithValues: events)), "bundled_chains": .map(Dictionary(uniqueKeysWithValues: bundled)),
        ]
    }

    private func testValue(_ hook: Hook) -> HookValue {
        var request = request("run", hook, nil, HookSpecs.limits).map ?? [:]
        for key in ["library", "modules", "schema", "event"] { request[key] = nil }
        return ["request": .map(request), "needs": .list(hook.needs.sorted().map(HookValue.text)), "file": .text(hook.file.chunk)]
    }
}

extension EventSchema {
    /// What the engine knows of the event and hooks need not: its kind and its budget.
    fileprivate var testValue: HookValue {
        let kind = switch kind {
        case .do: "do"
        case .tell: "tell"
        }
        return ["kind": .text(kind), "budget": .double(budget / .seconds(1)), "optional": .list(fields.filter(\.isOptional).map { .text($0.name) })]
    }
}
