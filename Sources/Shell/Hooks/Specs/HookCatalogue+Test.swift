/// What the test library is told, to play the daemon's part.
extension HookCatalogue {
    private static let testBoot = "understudy.internal.testing.boot"

    /// The errand that runs a file of tests: the test library begins, which begins the real one for every handler. nil when there is no
    /// test library.
    func testErrand(_ spec: LuaFile, _ limits: HookLimits) -> HookErrand? {
        guard let begin = code.library[Self.testBoot] else { return nil }
        let blank = Hook(name: spec.chunk, about: nil, version: nil, file: spec, line: 0, isBundled: false, events: [], needs: [], replaces: nil, uses: [:],
                         isRestricted: false, settings: [])
        let own = words(of: blank).merging(["declarations": .map(EventSchema.byName.mapValues(\.testValue))]) { $1 }
        return HookErrand(boot: begin, limits: limits, code: HookValue.EncodedEntries(HookCode.entries(of: code.library.mapValues(\.value), code.modules)), own: own)
    }

    /// What the daemon would send of every hook, and the chain of every event; without what the test has already.
    func testValue(_ problems: [HookProblem]) -> [String: HookValue] {
        let bundled = EventSchema.byName.compactMapValues { event in hooks.first { $0.isBundled && $0.events.contains(event.name) }?.file.value }
        return [
            "problems": .list(problems.map { .text($0.description) }), "modules": .map(code.modules.mapValues(\.value)),
            "hooks": .map(Dictionary(hooks.map { ($0.name, testValue($0)) }) { _, last in last }),
            "chains": chains(bundledOnly: false), "bundled_chains": chains(bundledOnly: true), "bundled": .map(bundled),
        ]
    }

    private func chains(bundledOnly: Bool) -> HookValue {
        .map(EventSchema.byName.mapValues { event in .list(chain(for: event, bundledOnly: bundledOnly).map { .text($0.name) }) })
    }

    private func testValue(_ hook: Hook) -> HookValue {
        let uses = hook.uses.mapValues { use in
            ["budget": use.budget.map { .double($0 / .seconds(1)) } ?? .none, "on_error": HookValue(use.stance?.rawValue)] as HookValue
        }
        return ["request": .map(words(of: hook)), "uses": .map(uses)]
    }
}

extension EventSchema {
    /// What the engine knows of an event and hooks need not.
    fileprivate var testValue: HookValue {
        [
            "budget": .double(budget / .seconds(1)), "on_error": .text(stance.rawValue),
            "optional": .list(fields.filter(\.isOptional).map { .text($0.name) }),
        ]
    }
}
