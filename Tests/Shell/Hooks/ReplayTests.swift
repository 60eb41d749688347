import ClusterModel
import Testing
@testable import Hooks

@Suite("Replay and plan")
struct ReplayTests {
    private static let needs = ", needs = { 'pg.promote', 'pg.control', 'pg.slot', 'sql:write', 'run:ip' }, replaces = 'understudy/failover'"

    @Test("A recorded failover gives the same calls again, within 50 ms, and touches nothing")
    func same() async throws {
        try await onStage { stage in
            let runner = await stage.runner()
            #expect(await stage.failOver(runner) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            let before = stage.host.calls.count
            _ = try await stage.replayLastRun(runner)
            let report = try await stage.replayLastRun(runner)
            #expect(report?.divergence == nil)
            #expect(report?.outcome == .done(hook: "understudy/failover", ["primary": "pg2"]))
            let calls = try await stage.recordedCalls().count
            #expect(report?.calls == calls)
            #expect(report.map { $0.took < .milliseconds(50) } == true, "\(report?.took ?? .zero)")
            #expect(stage.host.calls.count == before)
        }
    }

    @Test("An edited hook stops at the first effect that differs, with both and the line")
    func divergence() async throws {
        try await onStage(["ours.lua": failoverHook("  ev.new_main:promote()\n  ev.new_main:checkpoint()\n  return us.done()", header: Self.needs)]) { stage in
            _ = await stage.failOver(stage.runner())
            let edits = [
                ("  ev.new_main:promote()\n  ev.cluster.nodes.pg3:stop()\n  return us.done()", "effect 2: recorded `node.checkpoint pg2`, now asks `node.stop pg3` (ours.lua:5)"),
                ("  ev.new_main:promote { wait = '5s' }\n  return us.done()", "effect 1: recorded `node.promote pg2 {node = 1}`, now asks `node.promote pg2 {node = 1, wait = 5}` (ours.lua:4)"),
                ("  ev.new_main:promote()\n  return us.done()", "effect 2: recorded `node.checkpoint pg2`, and now ours ends without it"),
                ("  ev.new_main:promote()\n  ev.new_main:checkpoint()\n  return us.skip 'nothing'", "the event ended as done then (ours), and as skipped now (ours: nothing)"),
            ]
            for (body, message) in edits {
                try stage.write("ours.lua", failoverHook(body, header: Self.needs))
                let report = try await stage.replayLastRun(stage.runner())
                #expect(report?.divergence?.replacing(stage.site + "/", with: "") == message)
            }
        }
    }

    @Test("Time and chance are those of the recording")
    func clock() async throws {
        let body = "  us.sleep(0.05)\n  us.step('x' .. math.random(1, 1 << 40), function() return us.now() + os.time() end)\n  ev.new_main:set('work_mem', tostring(us.now()) .. os.date())\n  return us.done()"
        try await onStage(["ours.lua": failoverHook(body, header: Self.needs)]) { stage in
            let runner = await stage.runner()
            _ = await stage.failOver(runner)
            let report = try await stage.replayLastRun(runner)
            #expect(report?.divergence == nil)
            #expect(report?.outcome == .done(hook: "ours", [:]))
        }
    }

    @Test("A failed event replays as failed, its undoing left out")
    func failed() async throws {
        let body = "  us.step('slot', function() ev.new_main:ensure_slot 's' end, function() ev.new_main:drop_slot 's' end)\n  us.abort 'no'"
        try await onStage(["ours.lua": failoverHook(body, header: Self.needs)]) { stage in
            let runner = await stage.runner()
            _ = await stage.failOver(runner)
            let report = try await stage.replayLastRun(runner)
            #expect(report?.divergence == nil)
            #expect(report?.outcome.word == "failed")
        }
    }

    @Test("A plan does nothing, sees its own changes, and names each effect with its line")
    func plan() async throws {
        let body = """
              us.step("promote", function() if ev.new_main:in_recovery() then ev.new_main:promote() end end)
              if ev.new_main:in_recovery() then error "the plan forgot" end
              ev.node:stop { mode = "immediate" }
              if ev.node:is_running() then error "the plan forgot" end
              local shown = us.run { "ip", "addr", predict = { stdout = "eth0" } }
              if shown.stdout ~= "eth0" or shown.code ~= 0 then error "not as predicted" end
              return us.done { slot = ev.new_main:ensure_slot "s1", planned = ev.dry_run }
            """
        try await onStage(["ours.lua": failoverHook(body, header: Self.needs)]) { stage in
            let (outcome, _, entries) = await stage.runner().plan(Stage.failover())
            #expect(outcome == .done(hook: "ours", ["slot": "s1", "planned": true]))
            #expect(entries.map { "\($0.operation) \($0.subject) \($0.step ?? "-")" } == ["node.promote pg2 promote", "node.stop pg1 -", "run ip -", "node.ensure_slot pg2 -"])
            #expect(entries.map(\.kind) == ["write", "write", "opaque", "write"])
            #expect(entries.first?.place == stage.site + "/ours.lua:4")
            #expect(stage.host.operations == ["node.in_recovery 1"])
            let runs = try await stage.journal.runs(of: "ev-1")
            #expect(runs.isEmpty)
        }
    }

    @Test("What the cluster cannot bear is refused before it is done, and a plan says so")
    func objection() async throws {
        try await onStage { stage in
            stage.host.set { $0.objections = [.promote: "pg1 is the primary"] }
            let runner = await stage.runner(), (outcome, _, entries) = await runner.plan(Stage.failover())
            #expect(outcome.word == "done" && entries.map(\.objection) == ["pg1 is the primary"])
            let fault = await stage.fault(runner)
            #expect(fault.contains("node:promote was not done: pg1 is the primary"), "\(fault)")
            #expect(stage.host.promotions == 0)
        }
    }

    @Test("A plan ends where it depends on what nobody can know, and says on what", arguments: ["if out.code == 0 then end", "us.log.info('x' .. out)", "for _ in pairs(out) do end", "return us.done { n = out.code }"])
    func unknown(_ use: String) async throws {
        try await onStage(["ours.lua": failoverHook("  local out = us.run { 'ip', 'addr', 'show' }\n  \(use)", header: Self.needs)]) { stage in
            let (outcome, _, entries) = await stage.runner().plan(Stage.failover())
            guard case .failed(let fault) = outcome else { Issue.record("the plan went on"); return }
            #expect(fault.kind == .plan)
            #expect(fault.message == "the plan cannot be known past ours.lua:4: it depends on the output of `ip addr show`; mark the call `read = true` or give `predict = {...}`")
            #expect(entries.count == 1)
        }
    }

    @Test("A recorded event becomes a test")
    func spec() async throws {
        try await onStage { stage in
            _ = await stage.failOver(stage.runner())
            let run = try #require(try await stage.journal.runs(of: "ev-1").last)
            let calls = try await stage.recordedCalls()
            let text = HookSpecText.text(run, calls)
            #expect(text.contains("pg1 = { role = \"primary\", down = true }") && text.contains("pg3 = { lag = 1 }"))
            #expect(text.contains("c:fire(\"failover\", { node = \"pg1\" })") && text.contains("assert.equal(\"done\", r.outcome)"))
            #expect(text.contains("assert.effects(c, {\n      \"node.promote pg2\",\n    })"))
        }
    }

    @Test("The console looks, and writes only when it may")
    func console() async throws {
        try await onStage { stage in
            let runner = await stage.runner(), header = HookEvent.Header(id: "console-1", epoch: Epoch(2), at: 0)
            let evaluate: (String, Bool) async -> String = { line, mayWrite in
                switch await runner.evaluate(line, header, in: Stage.cluster, mayWrite: mayWrite) {
                case .success(let text): text
                case .failure(let fault): "error: " + fault.message
                }
            }
            #expect(await evaluate("1 + 1, { a = 'b' }", false) == "2\t{ a = \"b\" }")
            #expect(await evaluate("nodes.pg2:in_recovery()", false) == "true")
            #expect(await evaluate("local x = cluster.name return x", false) == "main")
            #expect(await evaluate("nodes.pg2:promote()", false).contains("needs the capability"))
            #expect(await evaluate("1 +", false).hasPrefix("error: "))
            #expect(stage.host.promotions == 0)
            #expect(await evaluate("nodes.pg2:promote()", true) == "nil" || stage.host.promotions == 1)
            #expect(stage.host.promotions == 1)
        }
    }
}
