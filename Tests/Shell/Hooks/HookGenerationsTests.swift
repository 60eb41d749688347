import Settings
import Testing
@testable import Hooks

@Suite("Generations of hooks")
struct HookGenerationsTests {
    private static func generations(_ stage: Stage, _ store: MemoryGenerations, specs: HookStaging.SpecRunner? = nil) -> HookGenerations {
        HookGenerations(staging: HookStaging(directories: stage.directories, processes: stage.processes, specs: specs), store: store, options: stage.settings(), nodes: [])
    }

    private static func names(_ generations: HookGenerations) async -> [String] { await generations.current.catalogue.entries.filter { !$0.isBundled }.map(\.name) }

    @Test("What is checked is put in force and stored; the same again is nothing new; what is broken changes nothing")
    func deploy() async throws {
        try await onStage(["a.lua": failoverHook("", name: "a")]) { stage in
            let store = MemoryGenerations(), generations = Self.generations(stage, store)
            #expect(try await generations.start() == [])
            #expect(await generations.current.number == 1)
            #expect(try await generations.deploy(options: stage.settings(), author: "me") == nil)
            try stage.write("b.lua", failoverHook("", name: "b"))
            #expect(await generations.drifts())
            let change = try await generations.deploy(options: stage.settings(), author: "me")
            #expect(change?.from == 1 && change?.to == 2)
            #expect(await Self.names(generations) == ["a", "b"])
            try stage.write("c.lua", "local us = require 'understudy'\nreturn us.hok {}")
            let refused = await #expect(throws: HookGenerations.Refused.self) { try await generations.deploy(options: stage.settings(), author: "me") }
            #expect(refused?.description.replacing(stage.site + "/", with: "") == "c.lua:2: us has no \"hok\"; did you mean \"hook\"?\ngeneration 2 of the hooks stays in force: 1 problem")
            #expect(await generations.current.number == 2)
        }
    }

    @Test("After a restart the generation that was in force is in force; new files are taken, broken ones are only named")
    func restart() async throws {
        try await onStage(["a.lua": failoverHook("", name: "a")]) { stage in
            let store = MemoryGenerations()
            _ = try await Self.generations(stage, store).start()
            try stage.write("b.lua", "this is not Lua")
            let second = Self.generations(stage, store)
            #expect(try await second.start().count == 1)
            #expect(await second.current.number == 1)
            try stage.write("b.lua", failoverHook("", name: "b"))
            let third = Self.generations(stage, store)
            #expect(try await third.start() == [])
            #expect(await third.current.number == 2)
            #expect(await Self.names(third) == ["a", "b"])
        }
    }

    @Test("A rollback lasts: neither a reload nor a restart brings the files back that it took out")
    func rollback() async throws {
        try await onStage(["a.lua": failoverHook("", name: "a")]) { stage in
            let store = MemoryGenerations(), generations = Self.generations(stage, store)
            _ = try await generations.start()
            try stage.write("b.lua", failoverHook("", name: "b"))
            _ = try await generations.deploy(options: stage.settings(), author: "me")
            #expect(try await generations.rollBack(to: nil).to == 1)
            #expect(await Self.names(generations) == ["a"])
            #expect(try await generations.prepareReload(options: stage.settings().filter { $0.hook == "a" }, author: "reload")() == nil)
            let again = HookGenerations(staging: HookStaging(directories: stage.directories, processes: stage.processes), store: store,
                                        options: stage.settings().filter { $0.hook == "a" }, nodes: [])
            _ = try await again.start()
            #expect(await again.current.number == 1)
            try stage.write("b.lua", failoverHook("-- corrected", name: "b"))
            let step = try await again.prepareReload(options: stage.settings(), author: "reload")
            #expect(await again.current.number == 1, "a reload is prepared first")
            #expect(try await step()?.to == 3)
        }
    }

    @Test("Rollback takes the newest good one, or the one that is named; what is not there is said")
    func targets() async throws {
        try await onStage { stage in
            let store = MemoryGenerations(), generations = Self.generations(stage, store)
            _ = try await generations.start()
            let nothing = await #expect(throws: HookGenerations.Refused.self) { try await generations.rollBack(to: nil) }
            #expect(nothing?.description == "there is no good generation before 1; those kept are 1")
            for name in ["a", "b", "c"] {
                try stage.write("\(name).lua", failoverHook("", name: name))
                _ = try await generations.deploy(options: stage.settings(), author: "me")
            }
            try await generations.mark(3, fault: "b.lua:4: boom")
            let stranger = await #expect(throws: HookGenerations.Refused.self) { try await generations.rollBack(to: 9) }
            #expect(stranger?.description == "there is no generation 9; those kept are 4, 3, 2, 1")
            let same = await #expect(throws: HookGenerations.Refused.self) { try await generations.rollBack(to: 4) }
            #expect(same?.description == "generation 4 is in force already")
        }
    }

    @Test("An event keeps the generation that it began with, also after a restart")
    func events() async throws {
        try await onStage(["a.lua": failoverHook("return us.done { by = 'old' }", name: "a")]) { stage in
            let store = MemoryGenerations(), generations = Self.generations(stage, store)
            _ = try await generations.start()
            #expect(try await generations.generation(forEvent: "ev-1").number == 1)
            try stage.write("a.lua", failoverHook("return us.done { by = 'new' }", name: "a"))
            _ = try await generations.deploy(options: stage.settings(), author: "me")
            #expect(try await generations.generation(forEvent: "ev-2").number == 2)
            let again = Self.generations(stage, store)
            _ = try await again.start()
            let (number, catalogue) = try await again.generation(forEvent: "ev-1")
            #expect(number == 1)
            let runner = stage.runner(catalogue)
            #expect(await runner.run(Stage.failover()) == .done(hook: "a", ["by": "old"]))
        }
    }

    @Test("Recorded events are replayed with new hooks: where they part from those in force, the first call that differs is named with its line")
    func rehearsal() async throws {
        let header = ", needs = { 'pg.promote', 'pg.control' }, replaces = 'understudy/failover'"
        let old = "us.step('promote', function() ev.new_main:promote() end)\n  us.step('set', function() ev.new_main:reload() end)\n  return us.done()"
        try await onStage(["a.lua": failoverHook(old, name: "a", header: header)]) { stage in
            let generations = Self.generations(stage, MemoryGenerations())
            _ = try await generations.start()
            #expect(await stage.failOver(stage.runner(await generations.current.catalogue)) == .done(hook: "a", [:]))
            let calls = stage.host.calls.count
            let rehearsal = HookRehearsal(journal: stage.journal) { stage.runner($0) }
            func deploy(_ body: String) async throws -> [String] {
                try stage.write("a.lua", failoverHook(body, name: "a", header: header))
                let change = try await generations.deploy(options: stage.settings(), author: "me") { next, current in
                    do throws(HookJournalFailure) { return try await rehearsal.remarks(on: next, insteadOf: current) } catch { return [HookProblem("a.lua", error.reason)] }
                }
                return change?.remarks.map { $0.description.replacing(stage.site + "/", with: "") } ?? ["nothing new"]
            }
            #expect(try await deploy("-- the same\n" + old) == [])
            #expect(try await deploy(old.replacing("reload", with: "restart")) == [
                "a.lua:5: a replay of failover ev-1 ends otherwise: effect 5: recorded `node.reload pg2`, now asks `node.restart pg2` (\(stage.site)/a.lua:5)".replacing(stage.site + "/", with: ""),
            ])
            // Those in force part from the recording already.
            #expect(try await deploy(old.replacing("reload", with: "stop")) == [])
            #expect(stage.host.calls.count == calls, "nothing is done")
        }
    }

    @Test("New hooks that fail where those in force did not are named with the line of the failure")
    func rehearsedFailure() async throws {
        try await onStage(["a.lua": failoverHook("us.step('a', function() end)", name: "a")]) { stage in
            let before = await stage.load().0
            _ = await stage.failOver(stage.runner(before))
            try stage.write("a.lua", failoverHook("us.step('a', function() end)\n  local x = nil\n  print(x.y)", name: "a"))
            let remarks = try await HookRehearsal(journal: stage.journal) { stage.runner($0) }.remarks(on: await stage.load().0, insteadOf: before)
            #expect(remarks.map { $0.place.line } == [6])
            #expect(remarks.first?.message.hasPrefix("a replay of failover ev-1 ends otherwise: ") == true, "\(remarks)")
        }
    }

    @Test("Advice does not keep a generation back, a mistake in the text does, and so does a failing spec")
    func checks() async throws {
        try await onStage(["a.lua": failoverHook("ev.new_main:promote()", name: "a", header: ", needs = { 'pg.promote' }"), "a_spec.lua": "describe()"]) { stage in
            let store = MemoryGenerations(), generations = Self.generations(stage, store)
            #expect(try await generations.start().map(\.message) == [
                "node:promote changes something outside of a step: after a crash it is done again; put it into us.step(name, function() … end)",
            ])
            #expect(await generations.current.bundle.files["a_spec.lua"] != nil, "a generation has its specs")
            let failing = Self.generations(stage, MemoryGenerations()) { _, bundle in [HookProblem("a_spec.lua", line: 3, "promotes nobody (\(bundle.files.count) files)")] }
            let refused = await #expect(throws: HookGenerations.Refused.self) { try await failing.start() }
            #expect(refused?.problems.map(\.description) == ["a_spec.lua:3: promotes nobody (2 files)"])
            try stage.write("a.lua", failoverHook("if false then print(ev.new_mian) end", name: "a"))
            await #expect(throws: HookGenerations.Refused.self) { try await generations.deploy(options: stage.settings(), author: "me") }
        }
    }

    @Test("Options are taken over with the files, or alone; wrong ones change nothing")
    func options() async throws {
        let header = ", options = { wait = us.opt.duration '1s' }"
        try await onStage(["a.lua": failoverHook("return us.done { opt.wait }", name: "a", header: header)]) { stage in
            let generations = Self.generations(stage, MemoryGenerations())
            _ = try await generations.start()
            func set(_ text: String) -> [Settings.HookOption] { stage.settings([("a", "wait", text)]) }
            #expect(try await generations.prepareReload(options: set("2s"), author: "reload")() == nil)
            let runner = stage.runner(await generations.current.catalogue)
            #expect(await runner.run(Stage.failover()) == .done(hook: "a", [2]))
            await #expect(throws: HookGenerations.Refused.self) { _ = try await generations.prepareReload(options: set("soon"), author: "reload") }
        }
    }
}

@Suite("What differs between generations")
struct HookDifferenceTests {
    private static func bundle(_ files: [String: String]) -> HookBundle { HookBundle(files: files.mapValues { HookBundle.File(text: $0, isRestricted: false) }) }

    @Test("Files that came, went and changed, with the lines around")
    func difference() {
        let lines = (1...12).map { "line \($0)" }
        let old = Self.bundle(["a.lua": lines.joined(separator: "\n") + "\n", "gone.lua": "x\n", "same.lua": "same\n"])
        var changed = lines
        changed[5] = "line six"
        let new = Self.bundle(["a.lua": changed.joined(separator: "\n") + "\n", "new.lua": "y\n", "same.lua": "same\n"])
        #expect(HookDifference(old, new, names: ("1", "2")).text == """
            --- 1/a.lua
            +++ 2/a.lua
            @@ -3,7 +3,7 @@
             line 3
             line 4
             line 5
            -line 6
            +line six
             line 7
             line 8
             line 9
            --- 1/gone.lua
            +++ /dev/null
            @@ -1,1 +0,0 @@
            -x
            --- /dev/null
            +++ 2/new.lua
            @@ -0,0 +1,1 @@
            +y

            """)
        #expect(HookDifference(old, old, names: ("1", "1")).text.isEmpty)
    }

    @Test("A digest tells files, names and who may write them apart")
    func digests() {
        #expect(Self.bundle(["a": "bc"]).digest != Self.bundle(["ab": "c"]).digest)
        #expect(Self.bundle(["a": "b"]).digest != HookBundle(files: ["a": HookBundle.File(text: "b", isRestricted: true)]).digest)
        #expect(Self.bundle(["a": "b", "c": "d"]).digest == Self.bundle(["c": "d", "a": "b"]).digest)
    }
}
