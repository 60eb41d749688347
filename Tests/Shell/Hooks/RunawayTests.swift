import ClusterModel
import Glibc
import Reactor
import Testing
@testable import Hooks

@Suite("Runaway hooks", .serialized)
struct RunawayTests {
    private static let limits = HookLimits(budget: .milliseconds(300), slice: .milliseconds(100), grace: .seconds(2), memory: 32 << 20)

    /// Every row of the design's table of what was measured, and what was found since.
    private static let runaways: [(String, String)] = [
        ("a loop", "while true do end"),
        ("a loop inside pcall", "while true do pcall(function() while true do end end) end"),
        ("a loop inside a coroutine", "coroutine.wrap(function() while true do end end)()"),
        ("coroutines that swallow the error", "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"),
        ("a loop in an xpcall handler", "while true do xpcall(function() error 'x' end, function() while true do end end) end"),
        ("a loop in a comparator", "table.sort({3, 2, 1}, function() while true do end end)"),
        ("a loop while closing", "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end"),
        ("a loop in a tostring", "print(setmetatable({}, { __tostring = function() while true do end end }))"),
        ("a loop in a gsub callback", "return (('x'):gsub('x', function() while true do end end))"),
        ("backtracking in a pattern", "return (('a'):rep(220)):find(('a-'):rep(5) .. 'b')"),
        ("backtracking in patterns, inside pcall", "while true do pcall(string.find, ('a'):rep(220), ('a-'):rep(5) .. 'b') end"),
        ("many replacements in a long text", "local s = ('ab'):rep(2 << 20) for _ = 1, 20 do s:gsub('b', 'b') end while true do s:gsub('b', 'b') end"),
        ("many long library calls inside pcall", "local s = ('ab'):rep(4 << 20) while true do pcall(string.gsub, s, 'b', 'b') end"),
        ("joining long texts", "local s = ('ab'):rep(1 << 20) while true do local _ = s .. s end"),
        ("comparing long texts", "local a, b = ('a'):rep(4 << 20), ('a'):rep(4 << 20) .. 'a' while true do local _ = a < b end"),
        ("compiling without end", "local s = ('x = 1 '):rep(1 << 17) while true do pcall(load, s) end"),
        ("nothing, repeated for ever", "return #('x'):rep(0):rep(1 << 62) .. string.rep('', 1 << 62) .. string.rep('a', 1 << 62)"),
        ("a list without end, moved", "table.move({}, 1, 1 << 50, 2)"),
        ("a list that says it is long", "table.insert(setmetatable({}, { __len = function() return 1 << 50 end }), 1, 1)"),
        ("a list of nothing, joined", "return table.concat(setmetatable({}, { __index = tostring }), '', 1, 1 << 50)"),
        ("memory inside pcall", "while true do pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end end) end"),
        ("2 GB inside pcall", "while true do pcall(string.rep, 'x', 2 << 30) end"),
        ("waiting without end", "us.wait_until('1h', function() return false end, { every = '10ms' })"),
        ("requests inside pcall", "while true do pcall(ev.new_main.in_recovery, ev.new_main) end"),
        ("a finalizer, refused, inside pcall", "while true do pcall(setmetatable, {}, { __gc = function() while true do end end }) end"),
        ("a flood of log lines", "while true do us.log.info(('x'):rep(1000)) end"),
    ]

    @Test("Each ends within its budget and two seconds, says where, leaves no process, and the next event works", arguments: runaways)
    func runaway(name: String, body: String) async throws {
        try await onStage(["ours.lua": failoverHook(body)]) { stage in
            await stage.processes.prepare()
            let runner = await stage.runner(limits: Self.limits), clock = ContinuousClock(), begin = clock.now
            guard case .failed(let fault) = await stage.failOver(runner) else { Issue.record("\(name) did not fail"); return }
            #expect(clock.now - begin < Self.limits.budget + .seconds(2), "\(name)")
            #expect(fault.kind == .budget, "\(name): \(fault)")
            #expect(fault.place == HookPlace(file: stage.site + "/ours.lua", line: 4), "\(name): \(fault)")
            #expect(await stage.processes.pidsAtWork.isEmpty)
            // With room enough: on a busy machine a process takes longer to start than a runaway may run.
            #expect(await stage.failOver(stage.runner(), bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            let pids = await stage.processes.pidsReady
            await stage.processes.shutDown()
            for pid in pids { #expect(kill(pid, 0) == -1 && errno == ESRCH) }
        }
    }

    @Test("CPU time has a limit in all, however often the engine is asked in between")
    func cpu() async throws {
        let body = "while true do for _ = 1, 200000 do end ev.new_main:in_recovery() end"
        try await onStage(["ours.lua": failoverHook(body)]) { stage in
            let limits = HookLimits(budget: .seconds(60), slice: .seconds(1), cpu: .milliseconds(300))
            guard case .failed(let fault) = await stage.failOver(stage.runner(limits: limits)) else { Issue.record("did not fail"); return }
            #expect(fault.message == "computed for more than 0.3 s in all")
            #expect(fault.kind == .budget && fault.place?.line == 4)
        }
    }

    @Test("When time is over, what is to be closed is closed, the engine is asked for nothing, and no answer counts")
    func closing() async throws {
        let body = """
            local note <close> = setmetatable({}, { __close = function()
              us.log.info("closed, and asking " .. tostring(pcall(ev.new_main.in_recovery, ev.new_main)))
            end })
            pcall(function() while true do end end)
            us.log.info("after the loop " .. tostring(pcall(ev.new_main.in_recovery, ev.new_main)))
            return us.done()
            """
        try await onStage(["ours.lua": failoverHook(body)]) { stage in
            guard case .failed(let fault) = await stage.failOver(stage.runner(limits: Self.limits)) else { Issue.record("did not fail"); return }
            #expect(fault.kind == .budget && fault.place?.line == 7)
            #expect(stage.logged.filter { $0.hasPrefix("info: ") } == ["info: after the loop false", "info: closed, and asking false"])
            #expect(stage.host.calls.isEmpty)
        }
    }

    @Test("A cancelled event closes what is to be closed and ends soon, wherever it is", arguments: [
        "while true do end", "while true do pcall(function() while true do end end) end", "ev.new_main:in_recovery()",
    ])
    func cancelled(body: String) async throws {
        let closing = "local note <close> = setmetatable({}, { __close = function() us.log.info 'closed' end }) us.log.info 'begun' "
        try await onStage(["ours.lua": failoverHook(closing + body)]) { stage in
            stage.host.set { $0.hangs = true }
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(60), slice: .seconds(60), cpu: .seconds(60))), clock = ContinuousClock()
            let event = Task { await stage.failOver(runner) }
            while !stage.logged.contains("info: begun") { await stage.waiter.sleep(.milliseconds(5)) }
            let begin = clock.now
            event.cancel()
            guard case .failed(let fault) = await event.value else { Issue.record("did not fail"); return }
            #expect(fault.message == "the daemon is stopping" || fault.message == "cancelled")
            #expect(clock.now - begin < .seconds(3))
            #expect(await stage.processes.pidsAtWork.isEmpty)
        }
    }

    @Test("Memory ends at its limit, with the line", arguments: [
        ("an endless table", "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end"),
        ("small tables", "local t = {} while true do t = { t } end"),
        ("a text of 17 MB", "local s = ('x'):rep(9 << 20) return s .. s"),
    ])
    func memory(name: String, body: String) async throws {
        try await onStage(["ours.lua": failoverHook("  local _ = (function() \(body) end)()")]) { stage in
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(20), slice: .seconds(10), memory: 32 << 20))
            guard case .failed(let fault) = await stage.failOver(runner) else { Issue.record("\(name) did not fail"); return }
            #expect(fault.kind == .budget)
            #expect(fault.message == "needs more memory than a hook may hold")
            #expect(fault.place == HookPlace(file: stage.site + "/ours.lua", line: 4), "\(name): \(fault)")
            #expect(await stage.failOver(runner, bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
        }
    }

    @Test("A host call that does not come back ends with the budget, at the line that waits")
    func hangingHost() async throws {
        try await onStage(["ours.lua": failoverHook("  while true do pcall(ev.new_main.in_recovery, ev.new_main) end")]) { stage in
            stage.host.set { $0.hangs = true }
            guard case .failed(let fault) = await stage.failOver(stage.runner(limits: Self.limits)) else { Issue.record("did not fail"); return }
            #expect(fault.kind == .budget)
            #expect(fault.message == "not finished within its budget of 0.3 s: node.in_recovery was under way")
            #expect(fault.place?.line == 4)
            #expect(stage.host.operations == ["node.in_recovery 1"])
        }
    }

    @Test("A refused effect of an old epoch is final: the hook cannot catch it and go on")
    func leadershipLost() async throws {
        try await onStage(["ours.lua": failoverHook("  while true do pcall(ev.new_main.promote, ev.new_main) end", header: ", needs = { 'pg.promote' }")]) { stage in
            stage.host.set { $0.failure = HostCallFailure(.leadership, "epoch 2 is over, it is 3 now") }
            guard case .failed(let fault) = await stage.failOver(stage.runner()) else { Issue.record("did not fail"); return }
            #expect(fault.kind == .leadership)
            #expect(fault.message == "epoch 2 is over, it is 3 now")
            #expect(stage.host.promotions == 1)
        }
    }

    @Test("A string of 2 GB is refused with its line")
    func longText() async throws {
        try await onStage(["ours.lua": failoverHook("  return ('x'):rep(2 * 1024 * 1024 * 1024 - 100)")]) { stage in
            guard case .failed(let fault) = await stage.failOver(stage.runner()) else { Issue.record("did not fail"); return }
            #expect(fault.kind == .budget)
            #expect(fault.message == "string.rep would make a text of more than 16777216 bytes, the most that a hook's may have")
            #expect(fault.place?.line == 4)
        }
    }

    @Test("A hook process that is killed in the middle fails its event, and the next event works")
    func killed() async throws {
        try await onStage { stage in
            let runner = await stage.runner()
            stage.host.set { $0.onPromote = { await stage.killWorkingProcesses() } }
            guard case .failed(let fault) = await stage.failOver(runner) else { Issue.record("did not fail"); return }
            #expect(fault.kind == .environment)
            #expect(fault.message == "the hook process was ended by signal 9")
            stage.host.set { $0.onPromote = nil }
            #expect(await stage.failOver(runner) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            #expect(stage.host.promotions == 1)
        }
    }
}
