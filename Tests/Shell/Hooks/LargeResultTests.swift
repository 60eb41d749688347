import Reactor
import Testing
@testable import Hooks

@Suite("Large results, and lines of programs under way")
struct LargeResultTests {
    private static let header = ", needs = { 'sql:read', 'run:ls', 'pg.slot' }, replaces = 'understudy/failover'"

    private static func answer(bytes: Int) -> HookValue { HookRows(columns: ["text"], rows: [[.text(String(repeating: "x", count: bytes))]], command: "SELECT 1").value }

    @Test("A result of some megabytes is in the journal: replayed, and known when what was done is undone")
    func large() async throws {
        let body = "  local size = #ev.new_main:sql('SELECT 1')[1].text\n  us.step('slot', function() end, function() ev.new_main:drop_slot('s' .. size) end)\n  us.abort 'no'"
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            stage.host.set { $0.answers[.sql] = Self.answer(bytes: 3_000_000) }
            let runner = await stage.runner()
            #expect(await stage.fault(runner).contains("no"))
            #expect(stage.host.calls.last?.arguments["name"] == "s3000000")
            let report = try await stage.replayLastRun(runner)
            #expect(report?.divergence == nil && report?.calls == 3, "\(String(describing: report))")
        }
    }

    @Test("A result that is too large to pass on fails the call, for the hook and for its replay")
    func tooLarge() async throws {
        let body = "  local ok, problem = pcall(ev.new_main.sql, ev.new_main, 'SELECT 1')\n  return us.done { told = tostring(problem) }"
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            stage.host.set { $0.answers[.sql] = Self.answer(bytes: 10 << 20) }
            let runner = await stage.runner(), outcome = await stage.failOver(runner)
            guard case .done(_, let info) = outcome else { Issue.record("\(outcome)"); return }
            #expect(info["told"].text?.contains("node.sql was done, and its result is more than 9 MB or 131072 values: ask for less") == true, "\(info)")
            let report = try await stage.replayLastRun(runner)
            #expect(report?.outcome == outcome)
        }
    }

    @Test("What the results of one event may have together is bounded, and the call that is over the bound fails")
    func together() async throws {
        let body = "  local count = 0\n  while pcall(ev.new_main.sql, ev.new_main, 'SELECT 1') do count = count + 1 end\n  return us.done { count = count }"
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            stage.host.set { $0.answers[.sql] = Self.answer(bytes: 8_000_000) }
            let runner = await stage.runner(), outcome = await stage.failOver(runner)
            #expect(outcome == .done(hook: "ours", ["count": 8]))
            let last = try await stage.recordedCalls().last
            #expect(last.map { "\($0)" }?.contains("at most 64 MB together") == true)
            let report = try await stage.replayLastRun(runner)
            #expect(report?.outcome == outcome)
        }
    }

    @Test("on_line hears a line while the program runs, and a replay hears the same")
    func lines() async throws {
        let body = """
              local heard = {}
              local result = us.run { "ls", on_line = function(line) heard[#heard + 1] = line us.log.info("heard " .. line) end }
              return us.done { heard = table.concat(heard, " "), code = result.code, stdout = result.stdout }
            """
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            stage.host.set { $0.program = { line in
                line("one")
                // A program that ends before its line was heard would wait here for ever.
                while !stage.logged.contains("info: heard one") { try await Task.sleep(for: .milliseconds(5)) }
                line("two")
                line("")
                line("three")
                return ["code": 0, "stdout": "one\ntwo\n\nthree\n", "stderr": "", "took": 0.1]
            } }
            let runner = await stage.runner(), outcome = await stage.failOver(runner)
            #expect(outcome == .done(hook: "ours", ["heard": "one two three", "code": 0, "stdout": "one\ntwo\n\nthree\n"]))
            let report = try await stage.replayLastRun(runner)
            #expect(report?.outcome == outcome)
        }
    }

    @Test("An on_line that fails ends the program, and so does the end of the handler", arguments: ["error 'enough'", "us.sleep '1h'"])
    func ended(_ words: String) async throws {
        let ended = Flag()
        try await onStage(["ours.lua": failoverHook("  us.run { 'ls', on_line = function() \(words) end }", header: Self.header)]) { stage in
            stage.host.set { $0.program = { line in
                line("one")
                defer { ended.set() }
                try await Task.sleep(for: .seconds(3600))
                return .none
            } }
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(2)))
            let fault = await stage.fault(runner)
            #expect(fault.contains(words == "us.sleep '1h'" ? "budget" : "ours.lua:4: enough"), "\(fault)")
            for _ in 0..<500 where !ended.isSet { await stage.waiter.sleep(.milliseconds(10)) }
            #expect(ended.isSet)
        }
    }

    @Test("Very many lines come in a few calls")
    func many() async throws {
        let body = "  local count = 0\n  us.run { 'ls', on_line = function() count = count + 1 end }\n  return us.done { count = count }"
        try await onStage(["ours.lua": failoverHook(body, header: Self.header)]) { stage in
            stage.host.set { $0.program = { line in
                for _ in 0..<300_000 { line("x") }
                return ["code": 0, "stdout": "", "stderr": "", "took": 0.1]
            } }
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", ["count": 300_000]))
            let calls = try await stage.recordedCalls()
            #expect(calls.count < 60, "\(calls.count)")
        }
    }
}
