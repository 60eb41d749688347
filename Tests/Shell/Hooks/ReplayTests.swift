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
            let text = HookSpecText.text(run, calls, await stage.load().0)
            #expect(text.contains("role = \"primary\", down = true") && text.contains("c:run(\"failover\", {") && text.contains("assert.equal(\"done\", r.outcome)"))
            #expect(text.contains("assert.effects(c, {\n      \"node.promote pg2\",\n    })"))
            #expect(!text.contains("c:hooks"), "no hook of the site's ran")
        }
    }

    /// A site's hook that is asked, works, and is told; what it does depends on answers, fields, an option, and what fails.
    private static let site = """
        local us = require "understudy"
        local hook = us.hook { name = "ours", needs = { "run:notify", "sql:read", "pg.slot" }, options = { word = us.opt.string "hello" } }
        function hook.choose_candidate(ev) return ev.candidates[2] end
        function hook.approve_failover(ev)
          if ev.new_main:sql("SELECT $1", "x")[1].parameter ~= "x" then return us.veto "odd" end
        end
        function hook.failover(ev, opt)
          us.step("slot", function() ev.new_main:ensure_slot(opt.word) end)
          us.run { "notify", opt.word, ok = { 0, 1 } }
        end
        function hook.standby_lost(ev)
          if ev.promoting or ev.primary == nil then error "not what was recorded" end
          for at = 1, 2 do if us.try(us.run, { "notify", "lost", tostring(at) }) then us.log.info "told" end end
          return us.skip "nothing to do"
        end
        function hook.failover_finished(ev)
          us.run { "notify", ev.ok and "ok" or "failed", ev.new_primary and ev.new_primary.name or "nobody", tostring(ev.lost_bytes) }
        end
        return hook
        """

    @Test("The tests that recorded events become pass, with the site's hooks, and fail when these do something else")
    func specs() async throws {
        try await onStage(["ours.lua": Self.site]) { stage in
            let (catalogue, problems) = await stage.load(options: [("ours", "word", "bye"), ("ours", "grants", "*")])
            #expect(problems == [])
            let runner = stage.runner(catalogue), lost = NodeID(0), lsn = LogSequenceNumber(bytes: 5000)
            let header = { (name: String) in HookEvent.Header(id: "ev-\(name)", epoch: Epoch(2), at: 1_700_000_000) }
            let whole = HookCluster(name: "main", nodes: Stage.cluster.nodes.map { member in
                var member = member
                if member.node.id == NodeID(0) { (member.role, member.status, member.walEnd) = (.primary, .up, lsn) }
                if member.node.id == NodeID(2) { (member.role, member.status) = (nil, .down) }
                return member
            }, primary: NodeID(0))
            let outcomes = [
                await runner.run(.chooseCandidate(header("choose"), in: Stage.cluster, lost: lost, candidates: [NodeID(1), NodeID(2)], lastPrimaryLSN: lsn, reason: "gone")),
                await runner.run(.approveFailover(header("approve"), in: Stage.cluster, lost: lost, candidate: NodeID(2), candidates: [NodeID(1), NodeID(2)], lastPrimaryLSN: lsn)),
                await runner.run(Stage.failover()),
                await runner.run(.standbyLost(header("standby"), in: whole, node: NodeID(2))),
                await runner.run(.failoverFinished(header("finished"), in: Stage.cluster, lost: lost, primary: NodeID(1), outcome: "promoted", error: nil, took: .seconds(1))),
                await runner.run(.failoverFinished(header("abandoned"), in: whole, lost: lost, primary: nil, outcome: "abandoned", error: "no", took: .seconds(1))),
            ]
            #expect(outcomes.map(\.word) == ["chosen", "passed", "done", "skipped", "passed", "passed"])
            stage.host.set { $0.failure = HostCallFailure(.environment, "no such host") }
            #expect(await runner.run(.failoverFinished(header("failing"), in: Stage.cluster, lost: lost, primary: nil, outcome: "abandoned", error: "no", took: .seconds(1))).word == "failed")
            let specs = HookSpecs(directories: stage.directories, processes: stage.processes)
            for name in ["choose", "approve", "1", "standby", "finished", "abandoned", "failing"] {
                let run = try #require(try await stage.journal.runs(of: "ev-\(name)").last)
                let text = HookSpecText.text(run, try await stage.journal.calls(of: run.number), catalogue)
                try stage.write("replayed_\(name)_spec.lua", text)
                try await specs.run(at: "\(stage.site)/replayed_\(name)_spec.lua") { report in
                    #expect(report.fault == nil && report.tests.map(\.failure) == [nil], "\(text)")
                }
            }
            try stage.write("ours.lua", Self.site.replacing("\"notify\", opt.word", with: "\"other\", opt.word").replacing("run:notify\"", with: "run:notify\", \"run:other\""))
            try await specs.run(at: "\(stage.site)/replayed_1_spec.lua") { report in
                #expect(report.tests[0].failure?.hasPrefix("expected the effects") == true)
            }
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
            #expect(await evaluate("nodes.pg2:promote()", false) == "error: node:promote changes something, and only looking is possible here: `understudy hooks console --write` does more")
            #expect(await evaluate("us.run { 'ls', read = true }", false) == "error: us.run needs the capability \"run:ls\", which only `understudy hooks console --write` has")
            #expect(await evaluate("1 +", false) == "error: unexpected symbol near <eof>")
            #expect(await evaluate("for at = 1, 2 do", false) == "error: 'end' expected near <eof>")
            #expect(await evaluate("for at = 1, 2 do\n  print(at, 'x')\nend", false) == "1\tx\n2\tx")
            #expect(await evaluate("us.log.warn('careful', { n = 1 }) return 3", false) == "warn: careful { n = 1 }\n3")
            #expect(await evaluate("x = 3", false).hasPrefix("error: what is assigned to x would be gone after this line"))
            #expect(await evaluate("print(nodse)", false) == "error: nothing has the name nodse here: there are us, ev, cluster and nodes")
            #expect(await evaluate("local x = nil\nprint(x.y)", false).hasPrefix("error: line 2: attempt to index a nil value (local 'x')"))
            #expect(stage.host.promotions == 0)
            #expect(await evaluate("nodes.pg2:promote()", true) == "nil" || stage.host.promotions == 1)
            #expect(stage.host.promotions == 1)
        }
    }
}
