import ClusterModel
import Foundation
import Glibc
import Reactor
import Testing
@testable import Hooks

@Suite("A hook process")
struct HookChildTests {
    private static let far = HookLimits(budget: .seconds(3600), slice: .seconds(3600), grace: .seconds(60))

    private func frames(_ stage: Stage) async -> [UInt8] {
        let (catalogue, _) = await stage.load()
        guard let hook = catalogue.chain(for: .failover, bundledOnly: false).first else { return [] }
        return catalogue.errand("run", hook, Stage.failover().value, Self.far).frames ?? []
    }

    private func start(_ stage: Stage) throws -> HookChild { try HookChild(executable: Stage.executable, waiter: stage.waiter) }

    @Test("It ends by itself when the daemon is gone, whatever the hook is doing", arguments: [
        "while true do end", "while true do pcall(function() while true do end end) end", "return (('a'):rep(220)):find(('a-'):rep(5) .. 'b')",
        "us.wait_until('1h', function() return false end)",
    ])
    func orphan(body: String) async throws {
        try await onStage(["ours.lua": failoverHook("print('begun') " + body)]) { stage in
            let child = try start(stage)
            #expect(await child.send(await frames(stage), until: .now() + .seconds(10)))
            guard case .frame(let line) = await child.receive(until: .now() + .seconds(10)) else { Issue.record("the hook did not begin"); return }
            #expect(line["message"] == "begun")
            let end = await child.end(patience: .seconds(10))
            #expect(end?.status == 0)
            #expect(await child.end(patience: .zero) == nil)
        }
    }

    @Test("It holds the socket and no other descriptor of the daemon's, and has its limits")
    func confined() async throws {
        try await onStage(["ours.lua": failoverHook("print('begun') while true do end")]) { stage in
            let kept = open("/dev/null", O_RDONLY)
            defer { close(kept) }
            let child = try start(stage)
            #expect(await child.send(await frames(stage), until: .now() + .seconds(10)))
            _ = await child.receive(until: .now() + .seconds(10))
            let process = "/proc/\(child.pid)"
            // 0 socket, 1 /dev/null, 2 pipe, and the event descriptor of the sandbox's own thread.
            #expect(try FileManager.default.contentsOfDirectory(atPath: process + "/fd").count == 4)
            #expect(try String(contentsOfFile: process + "/environ", encoding: .utf8).isEmpty)
            #expect(try String(contentsOfFile: process + "/status", encoding: .utf8).contains("NoNewPrivs:\t1"))
            let limits = try String(contentsOfFile: process + "/limits", encoding: .utf8).split(separator: "\n").map { $0.split(separator: " ") }
            let soft: (String) -> Substring? = { words in limits.first { $0.joined(separator: " ").hasPrefix(words) }.flatMap { $0.dropFirst(words.split(separator: " ").count).first } }
            #expect(soft("Max core file size") == "0")
            #expect(soft("Max file size") == "0")
            #expect(soft("Max open files") == "16")
            #expect(soft("Max cpu time").flatMap { Int($0) }.map { (75...78).contains($0) } == true)
            #expect(soft("Max address space").flatMap { Int($0) }.map { $0 < 2 << 30 } == true)
            _ = await child.end(patience: .seconds(10))
        }
    }

    @Test("Bytes that are no request end it with a reason, and nothing else", arguments: [
        [1, 0, 0, 0, 99], [1, 0, 0, 0, 0], [255, 255, 255, 255], [2, 0, 0, 0, 0, 0],
    ] as [[UInt8]])
    func garbage(bytes: [UInt8]) async throws {
        try await onStage { stage in
            let child = try start(stage)
            #expect(await child.send(bytes, until: .now() + .seconds(10)))
            guard case .closed = await child.receive(until: .now() + .seconds(10)) else { Issue.record("the process answered"); return }
            let end = await child.end(patience: .seconds(10))
            #expect(end?.status == 1 << 8)
            #expect(end?.words.hasPrefix("understudy hook-host: the daemon sent a") == true)
        }
    }

    @Test("An executable that is missing is a reason, not a crash")
    func missing() async throws {
        try await onStage { stage in
            #expect(throws: HookChild.StartFailure.self) { try HookChild(executable: "/nowhere/understudy", waiter: stage.waiter) }
        }
    }

    @Test("Processes that died while they waited are replaced unseen, and reaped")
    func deadSpares() async throws {
        try await onStage { stage in
            await stage.processes.prepare()
            let runner = await stage.runner(), waiting = await stage.processes.pidsReady
            #expect(waiting.count == HookProcesses.Limits().spares)
            for pid in waiting { kill(pid, SIGKILL) }
            #expect(await stage.failOver(runner) == .done(hook: "understudy/failover", ["primary": "pg2"]))
            await stage.processes.shutDown()
            for pid in waiting { #expect(kill(pid, 0) == -1 && errno == ESRCH) }
        }
    }

    @Test("Hanging notifications do not keep a failover waiting, and too many are refused")
    func notifications() async throws {
        let told = "local us = require 'understudy'\nlocal hook = us.hook { name = 'told' }\nfunction hook.node_down(ev) ev.node:in_recovery() end return hook"
        try await onStage(["told.lua": told]) { stage in
            let runner = await stage.runner()
            stage.host.set { $0.hangs = true }
            let event = HookEvent.nodeDown(HookEvent.Header(id: "ev-2", epoch: Epoch(2), at: 0), in: Stage.cluster, node: NodeID(0), wasPrimary: true, error: "reset")
            await withTaskGroup(of: HookOutcome.self) { group in
                for _ in 0..<HookProcesses.Limits().notifications { group.addTask { await runner.run(event) } }
                while await stage.processes.pidsAtWork.count < HookProcesses.Limits().notifications { await stage.waiter.sleep(.milliseconds(5)) }
                guard case .failed(let fault) = await runner.run(event) else { Issue.record("one too many was accepted"); return }
                #expect(fault.message == "no hook process can be had: 16 hooks are running already")
                stage.host.set { $0.hangs = false }
                #expect(await stage.failOver(runner) == .done(hook: "understudy/failover", ["primary": "pg2"]))
                group.cancelAll()
            }
        }
    }
}
