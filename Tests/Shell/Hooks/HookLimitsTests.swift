import Foundation
import Testing
@testable import Hooks
@testable import Settings

@Suite("The limits of a hook")
struct HookLimitsTests {
    @Test("The administrator's are the parameters'")
    func administrator() throws {
        let text = "hook_memory_limit = 128MB\nhook_cpu_limit = 20s\nhook_cpu_slice = 2500ms\nhook_log_limit = 5\nhook_processes = 7\nhook_notification_limit = 9"
        let path = FileManager.default.temporaryDirectory.appending(path: "understudy-limits-\(UUID().uuidString).conf").path
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { unlink(path) }
        let file = ConfigurationFile(path: path), settings = file.settings
        #expect(!file.diagnostics.contains { $0.description.contains("hook") })
        let limits = HookLimits(settings), processes = HookProcesses.Limits(settings)
        #expect(limits.memory == 128 << 20 && limits.cpu == .seconds(20) && limits.slice == .milliseconds(2500) && limits.logLines == 5)
        #expect(processes.spares == 7 && processes.notifications == 9)
        #expect(HookLimits(Settings()).memory == 64 << 20 && HookLimits(Settings()).cpu == .seconds(10) && HookLimits(Settings()).slice == .seconds(1))
    }

    @Test("A file lowers its own, and cannot raise them", arguments: [
        ("memory = '2MB'", "local t = {} for i = 1, 100 do t[i] = ('x'):rep(100000) .. i end", "needs more memory than a hook may hold"),
        ("memory = '1GB'", "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(100000) .. i end", "needs more memory than a hook may hold"),
        ("cpu = '200ms'", "while true do for _ = 1, 100000 do end ev.new_main:in_recovery() end", "computed for more than 0.2 s in all"),
        ("cpu_slice = '100ms'", "while true do end", "computed for more than 0.1 s without asking the engine for anything"),
        ("cpu_slice = '1h'", "while true do end", "computed for more than 0.5 s without asking the engine for anything"),
    ])
    func lowered(header: String, body: String, message: String) async throws {
        try await onStage(["ours.lua": failoverHook(body, header: ", limits = { \(header) }")]) { stage in
            let limits = HookLimits(budget: .seconds(30), slice: .milliseconds(500), memory: 32 << 20)
            guard case .failed(let fault) = await stage.failOver(stage.runner(limits: limits)) else { Issue.record("did not fail"); return }
            #expect(fault.message == message)
            #expect(fault.place?.line == 4)
        }
    }

    @Test("Lines beyond the limit are dropped, and the last says so; long ones are cut, and broken text is shown")
    func log() async throws {
        let body = """
            us.log.info(('é'):rep(10000)) us.log.info('\\255broken') us.log.info('fields', { long = ('x'):rep(10000) })
            for i = 1, 10 do us.log.info('line ' .. i) end
            return us.done()
            """
        try await onStage(["ours.lua": failoverHook(body, header: ", limits = { log_lines = 5 }")]) { stage in
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", .map([:])))
            let lines = stage.logged
            #expect(lines.count == 6)
            #expect(lines[0].utf8.count < 8300 && lines[0].hasSuffix("é…"))
            #expect(Array(lines[1...]) == ["info: ?broken", "info: fields", "info: line 1", "info: line 2", "info: more than 5 log lines: the rest is dropped"])
        }
    }

    @Test("A misspelt limit is an error with the word that was meant", arguments: [
        ("memroy = '2MB'", #"hook header: limits has no option "memroy"; did you mean "memory"?"#),
        ("memory = 'lots'", #"hook header: limits: memory: expected a size such as "16MB"; got "lots""#),
    ])
    func misspelt(header: String, message: String) async throws {
        try await onStage(["ours.lua": failoverHook("", header: ", limits = { \(header) }")]) { stage in
            let (_, problems) = await stage.load()
            #expect(problems.contains { $0.contains(message) }, "\(problems)")
        }
    }
}
