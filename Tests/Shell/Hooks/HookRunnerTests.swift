import ClusterModel
import Synchronization
import Testing
@testable import Hooks

@Suite("A chain of hooks")
struct HookRunnerTests {
    @Test("A site hook runs before the bundled one, and returning nothing lets that go on")
    func before() async throws {
        try await onStage(["audit.lua": failoverHook("  us.log.info('losing ' .. ev.node.name, { epoch = ev.epoch, to = ev.new_main })", name: "audit")]) { stage in
            let (catalogue, problems) = await stage.load()
            #expect(problems == [])
            #expect(catalogue.chain(for: .failover, bundledOnly: false).map(\.name) == ["audit", "understudy/failover"])
            #expect(await stage.failOver(stage.runner()) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            #expect(stage.logged == ["info: losing pg1"])
        }
    }

    @Test("us.done in a site hook ends the event: the bundled hook is not asked")
    func done() async throws {
        try await onStage(["ours.lua": failoverHook("  return us.done { by = 'hand', nodes = ev.candidates, at = { ev.new_main.port } }")]) { stage in
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", ["by": "hand", "nodes": ["pg2", "pg3"], "at": [5432]]))
            #expect(stage.host.calls == [])
        }
    }

    @Test("A hook that replaces the bundled one runs instead of it; without site hooks the bundled one is back")
    func replaces() async throws {
        try await onStage(["failover.lua": failoverHook("  ev.new_main:promote()", name: "failover", header: ", replaces = 'understudy/failover', needs = { 'pg.promote' }")]) { stage in
            let runner = await stage.runner()
            #expect(await stage.failOver(runner) == .passed)
            #expect(stage.host.operations == ["node.promote 1"])
            #expect(await stage.failOver(runner, bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
        }
    }

    @Test("A failing site hook fails its event; the bundled one alone still works")
    func failing() async throws {
        try await onStage(["ours.lua": failoverHook("  error 'no'")]) { stage in
            let runner = await stage.runner()
            #expect(await stage.fault(runner) == "code ours.lua:4: no (in hook ours)")
            #expect(stage.host.calls == [])
            #expect(await stage.failOver(runner, bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
        }
    }

    @Test("A finished step is not run again in the same epoch, and is in another")
    func steps() async throws {
        let body = "  local at = us.step('promote', function() ev.new_main:promote() return { name = ev.new_main.name } end)\n  us.step('notify', function() ev.new_main:sql('SELECT $1', at.name) end)"
        try await onStage(["ours.lua": failoverHook(body, header: ", needs = { 'pg.promote', 'sql:read' }, replaces = 'understudy/failover'")]) { stage in
            let runner = await stage.runner()
            stage.host.set { $0.onPromote = { await stage.killWorkingProcesses() } }
            guard case .failed = await stage.failOver(runner) else { Issue.record("the event did not fail"); return }
            let found1 = try await stage.finishedSteps("promote", "notify")
            #expect(found1.isEmpty)
            stage.host.set { $0.onPromote = nil }
            #expect(await stage.failOver(runner) == .passed)
            #expect(stage.host.promotions == 2)
            #expect(await stage.failOver(runner) == .passed)
            #expect(stage.host.promotions == 2)
            #expect(stage.host.calls.last?.arguments.parameters == ["pg2"] && stage.host.calls.last?.arguments.isSet("readonly") == true)
            #expect(await stage.failOver(runner, epoch: 3) == .passed)
            #expect(stage.host.promotions == 3)
        }
    }

    @Test("Steps of different hooks with one name are different steps")
    func stepsOfTwo() async throws {
        try await onStage(["ours.lua": failoverHook("  us.step('promote', function() end)")]) { stage in
            #expect(await stage.failOver(stage.runner()) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            #expect(stage.host.promotions == 1)
        }
    }

    @Test("An effect carries event, epoch, hook, step and line, and is noted with its result")
    func contexts() async throws {
        try await onStage(["ours.lua": failoverHook("  us.step('look', function()\n    ev.new_main:in_recovery() end)")]) { stage in
            _ = await stage.failOver(stage.runner())
            let context = stage.host.state.withLock { $0.contexts.first }
            #expect(context == EffectContext(event: "ev-1", epoch: Epoch(2), hook: "ours", step: "look", place: HookPlace(file: stage.site + "/ours.lua", line: 5)))
            let calls = try await stage.recordedCalls().filter { $0.hook == "ours" }
            #expect(calls.map(\.operation) == ["step.begin", "node.in_recovery", "step.end"])
            #expect(calls.map(\.result) == [.success(["is_finished": false]), .success(true), .success(.none)])
            #expect(calls[1].place?.line == 5 && calls[1].step == "look" && calls[1].sequence == 2)
        }
    }

    @Test("A hook does only what its header asks for, and a notification changes nothing")
    func rights() async throws {
        let told = "local us = require 'understudy'\nlocal hook = us.hook { name = 'told', needs = { 'pg.promote', 'sql:write' } }\n"
            + "function hook.node_down(ev) ev.node:sql('SELECT 1') ev.node:promote() end return hook"
        try await onStage(["ours.lua": failoverHook("  ev.new_main:promote()"), "told.lua": told]) { stage in
            let runner = await stage.runner()
            #expect(await stage.fault(runner) == "code ours.lua:4: node:promote needs the capability \"pg.promote\": add it to `needs` in the hook's header and to hook.<name>.grants (in hook ours)")
            let event = HookEvent.nodeDown(HookEvent.Header(id: "ev-2", epoch: Epoch(2), at: 0), in: Stage.cluster, node: NodeID(0), wasPrimary: true, error: "reset")
            guard case .failed(let fault) = await runner.run(event) else { Issue.record("the notification changed something"); return }
            #expect(fault.message.hasPrefix("node:promote changes the cluster, and node_down is a notification: its hooks can look, and tell others by us.http"))
            #expect(stage.host.operations == ["node.sql 0"] && stage.host.calls.first?.arguments.isSet("readonly") == true)
        }
    }

    @Test("A notification reaches every hook, whatever the others do")
    func tell() async throws {
        let teller: (String, String) -> String = { name, body in
            "local us = require 'understudy'\nlocal hook = us.hook { name = '\(name)' }\nfunction hook.failover_finished(ev) \(body) end\nreturn hook"
        }
        let files = ["a.lua": teller("a", "error 'broken'"), "b.lua": teller("b", "us.log.warn(ev.outcome .. ' ' .. ev.new_primary.name .. ' ' .. tostring(ev.error))"),
                     "c.lua": teller("c", "print('c', ev.took) return us.done()")]
        try await onStage(files) { stage in
            let event = HookEvent.failoverFinished(HookEvent.Header(id: "ev-1", epoch: Epoch(3), at: 0), in: Stage.cluster, lost: NodeID(0), primary: NodeID(1),
                                                   outcome: "promoted", error: nil, took: .milliseconds(250))
            guard case .failed(let fault) = await stage.runner().run(event) else { Issue.record("no failure was reported"); return }
            #expect(fault.hook == "a")
            #expect(Set(stage.logged) == ["warn: failover_finished failed (code): broken", "warn: promoted pg2 nil", "info: c\t0.25"])
        }
    }

    @Test("What the world refuses can be caught; uncaught it fails the event as environment")
    func environment() async throws {
        let body = "  if not ev.cluster.primary then\n    local ok, problem = pcall(ev.new_main.in_recovery, ev.new_main)\n    us.log.info(problem .. '!')\n    ev.new_main:in_recovery()\n  end"
        try await onStage(["ours.lua": failoverHook(body)]) { stage in
            stage.host.set { $0.failure = HostCallFailure(.environment, "pg2 refuses connections") }
            #expect(await stage.fault(stage.runner()) == "environment ours.lua:7: pg2 refuses connections (in hook ours)")
            #expect(stage.logged.first == "info: ours.lua:5: pg2 refuses connections!")
        }
    }

    @Test("Rows are strict, NULL is nil")
    func rows() async throws {
        let body = "  local rows = ev.new_main:sql('SELECT 1', nil)\n  us.log.info(#rows .. rows[1].text .. tostring(rows[1].parameter) .. rows.command)\n  print(rows[1].txt)"
        try await onStage(["ours.lua": failoverHook(body, header: ", needs = { 'sql:read' }")]) { stage in
            #expect(await stage.fault(stage.runner()) == "code ours.lua:6: row has no \"txt\"; did you mean \"text\"? (in hook ours)")
            #expect(stage.logged.first == "info: 1SELECT 1nilSELECT 1")
        }
    }

    @Test("No method of a node has a field's name, so that a field is nil where the node did not answer")
    func fieldsAndMethods() async throws {
        #expect(Set(HostFunction.methodNames).isDisjoint(with: EventSchema.nodeFields.map(\.name)))
        let body = "  return us.done { is_nil = ev.node.lsn == nil, field = ev.new_main.lsn, now = ev.new_main:lsn_now() }"
        try await onStage(["ours.lua": failoverHook(body, header: ", replaces = 'understudy/failover'")]) { stage in
            stage.host.set { $0.answers[.lsnNow] = 6000 }
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", ["is_nil": true, "field": 4999, "now": 6000]))
            try stage.write("ours.lua", failoverHook("  print(ev.new_main:lsn())", header: ", replaces = 'understudy/failover'"))
            #expect(await stage.fault(stage.runner()).contains(
                "ours.lua:4: attempt to call a number value (method 'lsn'); lsn is a field of the event's snapshot: write node.lsn, or node:lsn_now() for what it is now"))
        }
    }

    @Test("A module in lib/ is found, has its own lines, and cannot be bytecode")
    func modules() async throws {
        let files = ["ours.lua": failoverHook("  require('team.tools').fail()"), "lib/team/tools.lua": "local tools = {}\nfunction tools.fail()\n  error 'in the module'\nend\nreturn tools"]
        try await onStage(files) { stage in
            #expect(await stage.fault(stage.runner()) == "code lib/team/tools.lua:3: in the module (in hook ours)")
        }
    }
}
