import ClusterModel
import Testing
@testable import Hooks

/// A hook file with one handler for `event`.
private func hook(_ event: String, _ body: String, name: String = "ours", header: String = "") -> String {
    "local us = require \"understudy\"\nlocal hook = us.hook { name = \"\(name)\"\(header) }\nfunction hook.\(event)(ev, opt)\n\(body)\nend\nreturn hook"
}

@Suite("The kinds of events")
struct HookKindsTests {
    private static func choice() -> HookEvent {
        .chooseCandidate(HookEvent.Header(id: "ev-1", epoch: Epoch(2), at: 0), in: Stage.cluster, lost: NodeID(0), candidates: [NodeID(1), NodeID(2)],
                         lastPrimaryLSN: LogSequenceNumber(bytes: 5000), reason: "refuses connections")
    }

    private static func approval() -> HookEvent {
        .approveFailover(HookEvent.Header(id: "ev-1", epoch: Epoch(2), at: 0), in: Stage.cluster, lost: NodeID(0), candidate: NodeID(1), candidates: [NodeID(1), NodeID(2)],
                         lastPrimaryLSN: LogSequenceNumber(bytes: 5000))
    }

    @Test("choose: the first answer stands; a hook that fails or answers nothing has no opinion")
    func choose() async throws {
        let files = ["a.lua": hook("choose_candidate", "error 'broken'", name: "a"), "b.lua": hook("choose_candidate", "", name: "b"),
                     "c.lua": hook("choose_candidate", "return ev.candidates[2]", name: "c"), "d.lua": hook("choose_candidate", "return ev.candidates", name: "d")]
        try await onStage(files) { stage in
            #expect(await stage.runner().run(Self.choice()) == .chosen(hook: "c", [2]))
            #expect(stage.logged == ["warn: choose_candidate failed (code): broken"])
            // Whom it chose and who failed on the way are on record, not in the log alone.
            #expect(stage.passedOver.map(\.hook) == ["a"])
            let run = try #require(try await stage.journal.runs(of: "ev-1").last)
            #expect(run.outcome == "chosen" && run.message == "c: pg3; no opinion: \(stage.site)/a.lua:4: broken (in hook a)")
        }
    }

    @Test("choose: a list is an order; what is no node is an error with the cure", arguments: [
        ("return ev.candidates", HookOutcome.chosen(hook: "ours", [1, 2]), ""), ("return { ev.candidates[2], ev.candidates[1] }", .chosen(hook: "ours", [2, 1]), ""),
        ("return 'pg2'", .passed, "choose_candidate must return a node, a list of nodes or nil; got the string \"pg2\" (did you mean ev.cluster.nodes.pg2?)"),
        ("return { 'pg2' }", .passed, "choose_candidate must return a node, a list of nodes or nil; got a table"),
        ("return true", .passed, "choose_candidate must return a node, a list of nodes or nil; got true"),
        ("return us.done()", .passed, "choose_candidate must return a node, a list of nodes or nil; got us.done"),
    ])
    func answers(_ body: String, _ outcome: HookOutcome, _ problem: String) async throws {
        try await onStage(["ours.lua": hook("choose_candidate", body)]) { stage in
            #expect(await stage.runner().run(Self.choice()) == outcome)
            #expect(stage.logged == (problem.isEmpty ? [] : ["warn: choose_candidate failed (code): " + problem]))
        }
    }

    @Test("approve: all are asked and any veto stands, with the longest pause")
    func approve() async throws {
        let files = ["a.lua": hook("approve_failover", "return us.veto('too far behind', { retry = '2s' })", name: "a"),
                     "b.lua": hook("approve_failover", "return us.veto('no', { retry = '5s', next = true })", name: "b"), "c.lua": hook("approve_failover", "", name: "c")]
        try await onStage(files) { stage in
            #expect(await stage.runner().run(Self.approval()) == .vetoed(HookVeto(hook: "a", reason: "too far behind", retry: .seconds(5), wantsNext: true)))
        }
    }

    @Test("approve: unplanned fails open, planned fails closed, and the header says otherwise", arguments: [
        ("approve_failover", "", false), ("approve_failover", ", on = { approve_failover = { on_error = 'veto' } }", true),
        ("approve_switchover", "", true), ("approve_switchover", ", on = { approve_switchover = { on_error = 'allow' } }", false),
    ])
    func stance(_ event: String, _ header: String, _ isVetoed: Bool) async throws {
        try await onStage(["ours.lua": hook(event, "error 'broken'", header: header)]) { stage in
            let schema = try #require(EventSchema.byName[event])
            let outcome = await stage.runner().run(HookEvent(schema, HookEvent.Header(id: "ev-1", epoch: Epoch(2), at: 0), in: Stage.cluster, ["node": 0, "new_main": 1, "candidates": [1]]))
            if isVetoed {
                guard case .vetoed(let veto) = outcome else { Issue.record("no veto: \(outcome)"); return }
                #expect(veto.reason.hasSuffix("ours.lua:4: broken (in hook ours)"))
            } else { #expect(outcome == .passed) }
        }
    }

    @Test("approve: what is no veto is an error that says so", arguments: ["return false", "return us.done()", "return us.veto()", "return us.veto('x', { retyr = '3s' })"])
    func wrongVeto(_ body: String) async throws {
        try await onStage(["ours.lua": hook("approve_failover", body)]) { stage in
            #expect(await stage.runner().run(Self.approval()) == .passed)
            #expect(stage.logged.count == 1 && stage.logged[0].contains("us.veto"), "\(stage.logged)")
            #expect(stage.passedOver.count == 1)
            let run = try #require(try await stage.journal.runs(of: "ev-1").last)
            #expect(run.outcome == "passed" && run.message?.contains("ours.lua:") == true)
        }
    }

    @Test("do: skip, retry and abort end the chain, each in its way", arguments: [
        ("return us.skip 'nothing to do'", HookOutcome.skipped(hook: "ours", reason: "nothing to do")),
        ("return us.retry('5s', 'not yet')", .retry(hook: "ours", after: .seconds(5), reason: "not yet")),
        ("return us.done { by = ev.node.name }", .done(hook: "ours", ["by": "pg1"])),
    ])
    func work(_ body: String, _ outcome: HookOutcome) async throws {
        try await onStage(["ours.lua": failoverHook(body)]) { stage in
            #expect(await stage.failOver(stage.runner()) == outcome)
            #expect(stage.host.calls == [])
        }
    }

    @Test("A handler's own budget is shorter than the event's")
    func budget() async throws {
        try await onStage(["ours.lua": failoverHook("us.wait_until('1h', function() return false end)", header: ", on = { failover = { budget = '300ms' } }")]) { stage in
            guard case .failed(let fault) = await stage.failOver(stage.runner()) else { Issue.record("it did not fail"); return }
            #expect(fault.kind == .budget)
        }
    }

    @Test("us.bundled calls what the hook replaces, with its own options and those that are given")
    func bundled() async throws {
        let header = ", replaces = 'understudy/failover', needs = { 'pg.promote' }, options = { promote_wait = us.opt.duration '7s' }"
        let body = "us.log.info 'before'\nlocal outcome = us.bundled 'failover' (ev, opt)\nus.log.info 'after'\nreturn outcome"
        try await onStage(["ours.lua": failoverHook(body, header: header)]) { stage in
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", ["primary": "pg2"]))
            #expect(stage.logged == ["info: before", "info: after"])
            #expect(stage.host.calls.contains { $0.operation == .promote && $0.arguments.duration("wait") == .seconds(7) })
        }
        try await onStage(["ours.lua": failoverHook("return us.bundled 'failoevr' (ev)")]) { stage in
            #expect(await stage.fault(stage.runner()) == "code ours.lua:4: us.bundled: Understudy has no handler for \"failoevr\"; did you mean \"failover\"? (in hook ours)")
        }
    }

    @Test("Every event of the schema can be handled, and gives its fields by their names", arguments: EventSchema.all.map(\.name))
    func everyEvent(_ name: String) async throws {
        let schema = try #require(EventSchema.byName[name])
        let reads = schema.ownFields.map { "local _ = ev.\($0.name)" }.joined(separator: "\n")
        let header = name == "timer" ? ", on = { timer = { every = '1h' } }" : ""
        try await onStage(["ours.lua": hook(name, reads + "\nus.log.info(ev.name .. ' ' .. ev.generation)", header: header)]) { stage in
            #expect(await stage.load().1 == [])
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(30)))
            _ = await runner.run(HookEvent(schema, HookEvent.Header(id: "ev-1", epoch: Epoch(2), at: 0), in: Stage.cluster), only: "ours")
            // The budgets of the data plane's events are too short for a process of their own.
            if schema.place != .everyWorker { #expect(stage.logged == ["info: \(name) 0"]) }
        }
    }
}

@Suite("The header's `on`")
struct HookUseTests {
    @Test("Each mistake is named with its line and what was meant", arguments: [
        ("on = { failvoer = {} }", "ours.lua:2: on: Understudy has no \"failvoer\"; did you mean \"failover\"?"),
        ("on = { failover = { bfore = 'x' } }", "ours.lua:2: on.failover has no \"bfore\"; did you mean \"before\"?"),
        ("on = { failover = { budget = 'soon' } }", "ours.lua:2: on.failover.budget: expected a duration such as \"500ms\", \"30s\" or \"10min\"; got \"soon\""),
        ("on = { failover = { on_error = 'veto' } }", "ours.lua:2: on.failover: on_error is for events of the kind approve"),
        ("on = { failover = { every = '10m' } }", "ours.lua:2: on.failover: every is for timer alone"),
        ("on = { failover = { before = 3 } }", "ours.lua:2: on.failover.before takes the name of a hook, or a list of them; got a number"),
        ("on = { node_down = {} }", "ours.lua:2: on.node_down: the hook has no handler of that name: write function hook.node_down(ev, opt)"),
        ("on = { failover = { before = 'nobody' } }", "ours.lua:2: on.failover.before: there is no hook \"nobody\"; the hooks of failover are understudy/failover"),
        ("api = 2", "ours.lua:2: hook header: api = 2: this Understudy has version 1"),
        ("trust = 'trusted'", "ours.lua:2: hook header: trust = \"trusted\": expected \"restricted\", or leave it out"),
        ("options = { grants = us.opt.string 'x' }", "ours.lua:2: option \"grants\": every hook has a setting of this name; choose another"),
        ("needs = { kv = true }", "ours.lua:2: hook header: needs is a list: write { \"kv\" }"),
    ])
    func mistakes(_ header: String, _ problem: String) async throws {
        try await onStage(["ours.lua": failoverHook("", header: ", " + header)]) { stage in #expect(await stage.load().1 == [problem]) }
    }

    @Test("A timer needs one time, which can be kept", arguments: [
        ("", "the timer needs its time: on = { timer = { every = \"10m\" } }, or cron = \"0 3 * * *\""),
        (", on = { timer = { every = '1h', cron = '* * * * *' } }", "on.timer: every and cron exclude one another"),
        (", on = { timer = { cron = '* * * *' } }", "on.timer: cron takes five fields, minute hour day month weekday, such as \"0 3 * * *\"; got \"* * * *\""),
    ])
    func timers(_ header: String, _ problem: String) async throws {
        try await onStage(["ours.lua": hook("timer", "", header: header)]) { stage in #expect(await stage.load().1 == ["ours.lua:2: " + problem]) }
    }

    @Test("before moves a hook of the same event, a circle is refused with all its names")
    func order() async throws {
        let files = ["a.lua": failoverHook("", name: "a"), "b.lua": failoverHook("", name: "b", header: ", on = { failover = { before = 'a' } }")]
        try await onStage(files) { stage in
            let (catalogue, problems) = await stage.load()
            #expect(problems == [] && catalogue.order(of: .failover) == ["b", "a", "understudy/failover"])
            try stage.write("a.lua", failoverHook("", name: "a", header: ", on = { failover = { before = { 'b' } } }"))
            #expect(await stage.load().1 == ["a.lua:2: the order of the hooks of failover goes round in a circle: a before b before a; take one before or after out"])
        }
    }

    @Test("Options of every type arrive as what they are")
    func options() async throws {
        let header = ", options = { share = us.opt.number(0.5), to = us.opt.list 'a, b', at = us.opt.node 'pg2' }"
        try await onStage(["ours.lua": failoverHook("return us.done { opt.share, opt.to, #opt.to, opt.at.port, opt.at }", header: header)]) { stage in
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", [0.5, ["a", "b"], 2, 5432, "pg2"]))
            let set = [("ours", "share", "2"), ("ours", "to", "x"), ("ours", "at", "pg3")]
            #expect(await stage.failOver(stage.runner(options: set)) == .done(hook: "ours", [2, ["x"], 1, 5432, "pg3"]))
        }
    }
}
