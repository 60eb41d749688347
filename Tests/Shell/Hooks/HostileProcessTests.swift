import Foundation
import Glibc
import Reactor
import Synchronization
import Testing
@testable import Hooks

/// Hook processes that do not keep to anything: whatever they do, the event fails in time and the daemon goes on.
@Suite("A hook process gone wrong", .serialized)
struct HostileProcessTests {
    private static let limits = HookLimits(budget: .milliseconds(300), grace: .milliseconds(200))

    /// A stage whose hook process is `script` from the moment the hooks are loaded; how the failover ended, and how long it took.
    private func failOver(_ script: String, limits: HookLimits = Self.limits) async throws -> (outcome: HookOutcome, took: Duration, stage: [String]) {
        var result: (HookOutcome, Duration, [String])?
        try await onStage(["process": "#!/bin/sh\n" + script]) { stage in
            let path = stage.site + "/process"
            chmod(path, 0o755)
            let lines = Lines()
            let processes = HookProcesses(executable: path, waiter: stage.waiter, limits: HookProcesses.Limits(patience: .milliseconds(50))) { lines.append($0) }
            let (catalogue, _) = await stage.load()
            let runner = HookRunner(catalogue: catalogue, processes: processes, host: stage.host, journal: stage.journal, secrets: stage.secrets, limits: limits) { lines.append($0) }
            let clock = ContinuousClock(), begin = clock.now
            let outcome = await stage.failOver(runner)
            let took = clock.now - begin
            #expect(await processes.pidsAtWork.isEmpty)
            await processes.shutDown()
            result = (outcome, took, lines.all.withLock { $0 })
        }
        return try #require(result)
    }

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
        func append(_ line: HookLogLine) { all.withLock { $0.append(line.message) } }
    }

    /// What `printf` makes the bytes of.
    private static func frame(_ value: HookValue) -> String {
        (HookFrame.bytes(of: value) ?? []).map { byte in "\\" + [byte >> 6, byte >> 3 & 7, byte & 7].map { String($0) }.joined() }.joined()
    }

    private static let line: HookValue = ["kind": "log", "level": "info", "message": "x", "fields": [:], "file": "ours.lua", "line": 1, "step": ""]

    @Test("Each way of going wrong fails the event in time, with a reason", arguments: [
        ("crashes", "kill -SEGV $$", "the hook process was ended by signal 11"),
        ("hangs", "exec sleep 100", "not finished within its budget of"),
        ("ends", "exit 3", "the hook process ended with status 3"),
        ("closes its socket", "exec <&-; exec sleep 100", "the hook process was ended by signal 9"),
        ("sends garbage", "printf 'no frame at all' >&0; exec sleep 100", "the hook process sent what is no report"),
        ("sends half a frame", "printf '\\100\\000\\000\\000abc' >&0; exec sleep 100", "not finished within its budget of"),
        ("claims a long frame", "printf '\\377\\377\\377\\377' >&0; exec sleep 100", "the hook process sent what is no report"),
        ("claims many values", "printf '\\011\\000\\000\\000\\006\\377\\377\\377\\377\\000\\000\\000\\000' >&0; exec sleep 100", "the hook process sent what is no report"),
        ("reports what nobody knows", "printf '\(frame(["kind": "surprise"]))' >&0; exec sleep 100", "the hook process sent a report of an unknown kind"),
        ("asks for what there is not", "printf '\(frame(["kind": "call", "op": "engine.explode", "arguments": [1]]))' >&0; exec sleep 100",
         "not finished within its budget of"),
        ("does not read", "printf '\(frame(line))' >&0; kill -STOP $$", "not finished within its budget of"),
    ])
    func wrong(name: String, script: String, message: String) async throws {
        let (outcome, took, _) = try await failOver(script)
        guard case .failed(let fault) = outcome else { Issue.record("\(name) did not fail"); return }
        #expect(fault.message.hasPrefix(message), "\(name): \(fault)")
        #expect(took < Self.limits.budget + .seconds(2), "\(name): \(took)")
    }

    @Test("A flood of log frames ends at a bound, and so do its long lines")
    func flood() async throws {
        let (outcome, took, lines) = try await failOver("""
            frames=$(mktemp)
            i=0; while [ $i -lt 1000 ]; do printf '\(Self.frame(Self.line))'; i=$((i+1)); done > $frames
            exec 3<$frames; rm $frames
            while cat /proc/self/fd/3 >&0; do :; done
            """, limits: HookLimits(budget: .seconds(20), grace: .seconds(1)))
        guard case .failed(let fault) = outcome else { Issue.record("did not fail"); return }
        #expect(fault.message == "the hook process sent what is no report")
        #expect(took < .seconds(22))
        #expect(lines.count <= HookQuota.frames + 2)
        let long: HookValue = ["kind": "log", "level": "info", "message": .text(String(repeating: "x", count: 70_000)), "fields": [:]]
        var quota = HookQuota()
        let isAdmitted = quota.admits(long, bytes: long.encoded.count)
        #expect(!isAdmitted)
    }

    @Test("What it says on its standard error is bounded, and reaches the log")
    func errors() async throws {
        let (_, took, lines) = try await failOver("exec yes complaint >&2")
        #expect(took < Self.limits.budget + .seconds(2))
        #expect((1...200).contains(lines.count { $0.contains("complaint") }))
    }

    @Test("A process that is stopped while it waits for work is replaced unseen; one that is stopped at work is killed in time")
    func stopped() async throws {
        try await onStage(["ours.lua": failoverHook("us.log.info 'begun' while true do end")]) { stage in
            await stage.processes.prepare()
            for pid in await stage.processes.pidsReady {
                kill(pid, SIGSTOP)
                while try !String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8).contains(") T ") { await stage.waiter.sleep(.milliseconds(2)) }
            }
            #expect(await stage.failOver(stage.runner(), bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(1), slice: .seconds(60), cpu: .seconds(60), grace: .seconds(1)))
            let clock = ContinuousClock(), begin = clock.now
            let event = Task { await stage.failOver(runner) }
            while !stage.logged.contains("info: begun") { await stage.waiter.sleep(.milliseconds(2)) }
            let working = await stage.processes.pidsAtWork
            for pid in working { kill(pid, SIGSTOP) }
            guard case .failed(let fault) = await event.value else { Issue.record("did not fail"); return }
            #expect(fault.kind == .budget)
            #expect(clock.now - begin < .seconds(3))
            for pid in working { #expect(kill(pid, 0) == -1 && errno == ESRCH) }
        }
    }

    @Test("A hook that computes long gives way to traffic, and its process is not used again")
    func courtesy() async throws {
        try await onStage(["ours.lua": failoverHook("local t = os.time() for _ = 1, 60000000 do end ev.new_main:in_recovery() return us.done()")]) { stage in
            let runner = await stage.runner(limits: HookLimits(budget: .seconds(60), slice: .seconds(30), cpu: .seconds(60)))
            let event = Task { await stage.failOver(runner) }
            var lowest: Int32 = 0
            while stage.host.calls.isEmpty, !event.isCancelled {
                for pid in await stage.processes.pidsAtWork { lowest = max(lowest, getpriority(Int32(PRIO_PROCESS.rawValue), id_t(pid))) }
                await stage.waiter.sleep(.milliseconds(5))
            }
            guard case .done = await event.value else { Issue.record("did not run"); return }
            #expect(lowest == 19)
            #expect(await stage.failOver(stage.runner(), bundledOnly: true) == .done(hook: "understudy/failover", ["primary": "pg2"]))
        }
    }
}
