import ClusterModel
import Testing
@testable import Hooks

@Suite("Runaway hooks", .serialized)
struct RunawayTests {
    private static let limits = HookLimits(budget: .milliseconds(300), slice: .milliseconds(200), grace: .seconds(2), memory: 32 << 20)

    private static let spins: [(String, String)] = [
        ("a loop", "while true do end"),
        ("a loop inside pcall", "while true do pcall(function() while true do end end) end"),
        ("a loop inside a coroutine", "coroutine.wrap(function() while true do end end)()"),
        ("coroutines that swallow the error", "while true do coroutine.resume(coroutine.create(function() while true do end end)) end"),
        ("a loop in an xpcall handler", "while true do xpcall(function() error 'x' end, function() while true do end end) end"),
        ("a loop in a comparator", "table.sort({3, 2, 1}, function() while true do end end)"),
        ("a loop while closing", "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end"),
        ("a loop in a tostring", "print(setmetatable({}, { __tostring = function() while true do end end }))"),
        ("backtracking in a pattern", "return (('a'):rep(220)):find(('a-'):rep(5) .. 'b')"),
        ("a long loop in a library function", "table.move({}, 1, 1 << 50, 2)"),
        ("many long library calls inside pcall", "local s = ('ab'):rep(4 << 20) while true do pcall(string.gsub, s, 'b', 'b') end"),
        ("memory inside pcall", "while true do pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end end) end"),
        ("waiting without end", "us.wait_until('1h', function() return false end, { every = '10ms' })"),
    ]

    @Test("Each ends soon after its budget, says where, and the next event works", arguments: spins)
    func spin(name: String, body: String) async throws {
        try await onStage(["ours.lua": failoverHook(body)]) { stage in
            let runner = await stage.runner(limits: Self.limits), clock = ContinuousClock(), begin = clock.now
            guard case .failed(let fault) = await stage.failOver(runner) else { Issue.record("\(name) did not fail"); return }
            #expect(clock.now - begin < .seconds(6), "\(name)")
            #expect(fault.kind == .budget, "\(name): \(fault)")
            #expect(fault.place == HookPlace(file: stage.site + "/ours.lua", line: 4), "\(name): \(fault)")
            // With room enough: on a busy machine a process takes longer to start than a runaway may run.
            #expect(await stage.failOver(stage.runner(), bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
        }
    }

    @Test("Memory ends at its limit, with the line", arguments: [
        ("an endless table", "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end"),
        ("a string of 2 GB", "return ('x'):rep(2 * 1024 * 1024 * 1024 - 100)"),
    ])
    func memory(name: String, body: String) async throws {
        try await onStage(["ours.lua": failoverHook("  local _ = (function() \(body) end)()")]) { stage in
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(20), memory: 32 << 20))
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

    @Test("A cancelled event ends at once and leaves no process")
    func cancelled() async throws {
        try await onStage(["ours.lua": failoverHook("  while true do end")]) { stage in
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(60), slice: .seconds(60)))
            let event = Task { await stage.failOver(runner) }
            event.cancel()
            guard case .failed(let fault) = await event.value else { Issue.record("did not fail"); return }
            #expect(fault.message == "the daemon is stopping")
        }
    }
}
