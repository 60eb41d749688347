import Testing
@testable import Hooks

@Suite("The order of hooks")
struct HookOrderTests {
    private static func hook(_ name: String, before: [String] = [], after: [String] = [], isBundled: Bool = false) -> Hook {
        var use = HookUse()
        use.before = before
        use.after = after
        return Hook(name: name, about: nil, version: nil, file: LuaFile(path: name, chunk: name, text: ""), line: 1, isBundled: isBundled, events: ["failover"], needs: [],
                    replaces: nil, uses: ["failover": use], isRestricted: false, settings: [])
    }

    private static func order(_ hooks: [Hook]) -> [String] { HookOrder(hooks, of: .failover).hooks.map(\.name) }

    @Test("Site hooks before bundled ones, then by name; whatever order they were found in")
    func ties() {
        let hooks = [Self.hook("understudy/a", isBundled: true), Self.hook("c"), Self.hook("b"), Self.hook("understudy/b", isBundled: true)]
        #expect(Self.order(hooks) == ["b", "c", "understudy/a", "understudy/b"])
        #expect(Self.order(hooks.reversed()) == ["b", "c", "understudy/a", "understudy/b"])
    }

    @Test("before and after bind, also across site and bundled, and names decide the rest")
    func constraints() {
        #expect(Self.order([Self.hook("a", after: ["understudy/a"]), Self.hook("b"), Self.hook("understudy/a", isBundled: true)]) == ["b", "understudy/a", "a"])
        #expect(Self.order([Self.hook("a"), Self.hook("b"), Self.hook("c", before: ["a"])]) == ["b", "c", "a"])
    }

    @Test("A circle is named all the way round, as it runs")
    func circle() {
        let hooks = [Self.hook("a", before: ["b"]), Self.hook("b", before: ["c"]), Self.hook("c", before: ["a"]), Self.hook("d", after: ["a"])]
        let order = HookOrder(hooks, of: .failover)
        #expect(order.cycle == ["a", "b", "c", "a"])
        #expect(Set(order.hooks.map(\.name)) == ["a", "b", "c", "d"], "a chain stays total")
        #expect(HookOrder(Array(hooks.dropFirst()), of: .failover).cycle.isEmpty)
    }

    @Test("Any mix of constraints without a circle gives one order that keeps them all", arguments: 0..<200)
    func random(_ seed: Int) {
        // A linear congruence is enough of a mix, and the same everywhere.
        var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        let names = (0..<8).map { "h\($0)" }
        var before = [String: [String]](), after = [String: [String]]()
        for _ in 0..<10 {
            let (low, high) = { $0 < $1 ? ($0, $1) : ($1, $0) }(next(8), next(8))
            guard low != high else { continue }
            // Names are given so that the numbers' order is possible, and not the names' own.
            if next(2) == 0 { before[names[high], default: []].append(names[low]) } else { after[names[low], default: []].append(names[high]) }
        }
        let hooks = names.map { Self.hook($0, before: before[$0] ?? [], after: after[$0] ?? [], isBundled: next(3) == 0) }
        let order = Self.order(hooks.shuffled())
        #expect(order == Self.order(hooks))
        for (name, others) in before { for other in others { #expect(order.firstIndex(of: name) ?? 9 < order.firstIndex(of: other) ?? 0) } }
        for (name, others) in after { for other in others { #expect(order.firstIndex(of: name) ?? 0 > order.firstIndex(of: other) ?? 9) } }
    }
}
