import ClusterModel
import Reactor
import Testing
@testable import Hooks

@Suite("Undoing")
struct UndoTests {
    private static let needs = ", needs = { 'pg.promote', 'pg.slot', 'pg.control', 'kv:write' }, replaces = 'understudy/failover'"

    /// Two steps that can be undone, then `end`.
    private static func hook(_ end: String) -> String {
        failoverHook("""
              local slot = us.step('slot', function() return ev.new_main:ensure_slot('s1') end, function() ev.new_main:drop_slot('s1') end)
              us.step('config', function() ev.new_main:set('work_mem', '1MB') end, function() ev.new_main:set('work_mem') end)
              \(end)
            """, header: needs)
    }

    @Test("What an event did is undone in reverse when it fails, and done again by the next attempt")
    func reverse() async throws {
        try await onStage(["ours.lua": Self.hook("us.log.info('slot ' .. slot) us.abort 'no'")]) { stage in
            let runner = await stage.runner()
            #expect(await stage.fault(runner) == "aborted ours.lua:6: no (in hook ours)")
            #expect(stage.host.operations == ["node.ensure_slot 1", "node.set 1", "node.set 1", "node.drop_slot 1"])
            #expect(stage.host.calls.map { $0.arguments["value"] } == [.none, "1MB", .none, .none])
            let found1 = try await stage.finishedSteps("slot", "config")
            #expect(found1.isEmpty)
            let found2 = try await stage.journal.runs(of: "ev-1").map(\.phase)
            #expect(found2 == [.ended])
            _ = await stage.failOver(runner)
            #expect(stage.host.operations.count == 8)
            #expect(stage.logged.count { $0 == "info: slot s1" } == 2, "the replay before undoing says nothing twice")
        }
    }

    @Test("Undos of an earlier hook run when a later hook of the event fails")
    func laterHook() async throws {
        let first = failoverHook("  us.step('drain', function() us.kv.set('drained', true) end, function() us.kv.delete('drained') end)", name: "a", header: ", needs = { 'kv:write' }")
        try await onStage(["a.lua": first, "b.lua": failoverHook("  error 'broken'", name: "b")]) { stage in
            #expect(await stage.fault(stage.runner()) == "code b.lua:4: broken (in hook b)")
            let calls = try await stage.recordedCalls()
            #expect(calls.filter { $0.hook == "a" }.map(\.operation) == ["step.begin", "kv.set", "step.end", "undo.begin", "kv.delete", "undo.end"])
            #expect(calls.filter(\.isUndo).map(\.operation) == ["undo.begin", "kv.delete", "undo.end"])
        }
    }

    @Test("A step that did not finish is not undone; us.undo registers by itself")
    func unfinished() async throws {
        let body = """
              us.undo('always', function() ev.new_main:drop_slot('always') end)
              us.step('half', function() ev.new_main:ensure_slot('half') error 'broken' end, function() ev.new_main:drop_slot('half') end)
            """
        try await onStage(["ours.lua": failoverHook(body, header: Self.needs)]) { stage in
            _ = await stage.fault(stage.runner())
            #expect(stage.host.calls.map { $0.arguments.text("name") } == ["half", "always"])
        }
    }

    @Test("An undo that fails is said, and the others run")
    func failingUndo() async throws {
        let body = """
              us.step('one', function() end, function() ev.new_main:drop_slot('one') end)
              us.step('two', function() end, function() error 'stuck' end)
              error 'broken'
            """
        try await onStage(["ours.lua": failoverHook(body, header: Self.needs)]) { stage in
            _ = await stage.fault(stage.runner())
            #expect(stage.host.operations == ["node.drop_slot 1"])
            #expect(stage.logged.contains("error: \"two\" could not be undone: ours.lua:5: stuck"))
            let found3 = try await stage.finishedSteps("one", "two")
            #expect(found3 == ["two"])
        }
    }

    @Test("A hook process that is killed is undone all the same")
    func killed() async throws {
        try await onStage(["ours.lua": Self.hook("ev.new_main:promote()")]) { stage in
            stage.host.set { $0.onPromote = { await stage.killWorkingProcesses() } }
            #expect(await stage.fault(stage.runner()).hasPrefix("environment ours.lua:6: the hook process was ended by signal 9"))
            #expect(stage.host.operations == ["node.ensure_slot 1", "node.set 1", "node.promote 1", "node.set 1", "node.drop_slot 1"])
        }
    }

    @Test("A daemon that ends while it undoes goes on with what is left", arguments: 1...3)
    func interrupted(_ undone: Int) async throws {
        let body = (1...3).map { "us.step('s\($0)', function() end, function() ev.new_main:drop_slot('s\($0)') end) " }.joined() + "error 'broken'"
        try await onStage(["ours.lua": failoverHook(body, header: Self.needs)]) { stage in
            // Everything but the end of the run is as an interrupted daemon leaves it.
            let runner = await stage.runner()
            stage.host.set { $0.dropsBeforeSilence = undone }
            let task = Task { await stage.failOver(runner) }
            await stage.host.untilSilent()
            task.cancel()
            _ = await task.value
            try await stage.reopenLastRun()
            stage.host.set { $0.dropsBeforeSilence = nil }
            let later = await stage.runner()
            await later.resume { _ in later }
            let dropped = stage.host.calls.map { $0.arguments.text("name") }
            #expect(Set(dropped) == ["s1", "s2", "s3"])
            #expect(dropped.count == 3 || dropped.count == 4, "\(dropped): only the one that was under way may come twice")
            let found4 = try await stage.finishedSteps("s1", "s2", "s3")
            #expect(found4.isEmpty)
            let found5 = try await stage.journal.runs(of: "ev-1").map(\.phase)
            #expect(found5 == [.ended])
        }
    }

    @Test("Cancelling an event refuses its next call, gives up the one under way, and undoes")
    func cancelled() async throws {
        try await onStage(["ours.lua": Self.hook("while true do pcall(us.sleep, '1h') end")]) { stage in
            let runner = await stage.runner()
            async let outcome = stage.failOver(runner)
            while try await stage.recordedCalls().last?.operation != "sleep" { await stage.waiter.sleep(.milliseconds(10)) }
            #expect(!stage.running.cancel("ev-other"))
            #expect(stage.running.cancel("ev-1"))
            guard case .failed(let fault) = await outcome else { Issue.record("it went on"); return }
            #expect(fault.kind == .cancelled && fault.place?.line == 6, "\(fault)")
            #expect(stage.host.operations.suffix(2) == ["node.set 1", "node.drop_slot 1"])
            #expect(!stage.running.cancel("ev-1"), "it is over")
        }
    }
}
