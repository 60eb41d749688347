import ClusterModel
import Failover
import Foundation
import Logging
import Storage
import Synchronization
import Testing
@testable import Coordination

@Suite("ClusterCoordinator")
struct ClusterCoordinatorTests {
    @Test("A new cluster opens once every node was looked at; a lost primary is replaced, with one promotion and a timeline")
    func failover() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.inbox.post(report(node0, observation(.primary)))
            life.inbox.post(report(node1, observation(.standby)))
            #expect(await life.coordinator.snapshot().primary == nil)
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.promotions == [node1])
            let snapshot = await life.coordinator.snapshot()
            #expect(snapshot.epoch == Epoch(2))
            #expect(snapshot.nodes[0].service.status == .down)
            try await life.expect("the timeline is in the journal") { try await life.kinds().contains("failover_finished") }
            let finished = try #require(try await life.journal.latest(100).last { $0.kind == "failover_finished" })
            for phase in ["detect", "close", "observe", "decide", "promote", "verify", "open", "total_ms"] { #expect(finished.details.contains("\"\(phase)\"")) }
        }
        // Between the two open gates there was a closed one: the old epoch's backends were cut before anybody was promoted.
        let gates = stage.hands.script.withLock { $0.topologies }
        let closing = try #require(gates.firstIndex { $0.epoch == Epoch(2) })
        guard case .closed = gates[closing].gate else {
            Issue.record("epoch 2 began with an open gate")
            return
        }
    }

    @Test("After a restart the recorded primary opens again only when it was seen writable, and an old primary never")
    func restart() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
        }
        // The old primary is back, writable, and answers before the recorded one does.
        stage.hands.script.withLock { $0.servers[node0] = observation(.primary); $0.topologies = [] }
        try await stage.live { life in
            life.inbox.post(report(node0, observation(.primary)))
            try await life.expect("node 0 is seen as a stray") { await life.coordinator.snapshot().nodes[0].service.reason.contains("not the primary") }
            #expect(stage.hands.script.withLock { $0.topologies.allSatisfy { $0.primary == nil } })
            life.probeAll()
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.promotions == [node1])
        }
    }

    @Test("Stopped while the hook runs, the next life finishes the same promotion")
    func stoppedInHook() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            stage.hands.script.withLock { $0.hangsInHook = true }
            life.kill(node0)
            try await life.expect("the hook runs") { stage.hands.script.withLock { !$0.requests.isEmpty } }
        }
        // Meanwhile the other standby got ahead: the log's candidate stands all the same.
        stage.hands.script.withLock { $0.hangsInHook = false; $0.servers[node2] = observation(.standby, wal: 500) }
        try await stage.live { life in
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.promotions == [node1])
            let requests = stage.hands.script.withLock { $0.requests }
            #expect(Set(requests.map(\.event)).count == 1, "a resumed failover keeps its event, so that finished steps are skipped")
        }
    }

    @Test("A daemon that is killed right after it has opened the service says after its restart how the failover ended, once")
    func killedAtTheEnd() async throws {
        let stage = Stage(), copies = Mutex<[Stage]>([])
        defer { stage.clean() }
        try await stage.live { life in
            stage.hands.script.withLock {
                $0.onApply = { topology in
                    guard topology.gate == .open(primary: node1) else { return }
                    do { let copy = try stage.copy(); copies.withLock { $0.append(copy) } } catch { Issue.record(error) }
                }
            }
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
        }
        let killed = try #require(copies.withLock { $0.first })
        defer { killed.clean() }
        func ends() -> [FailoverEnd] { killed.hands.script.withLock(\.notices).compactMap { if case .failoverFinished(let end) = $0.fact { end } else { nil } } }
        for _ in 1...2 {
            try await killed.live { life in
                try await life.expect("the end is in the journal") { try await life.kinds().contains("failover_finished") }
                try await life.expect("the hooks are told") { !ends().isEmpty }
                life.probeAll()
                try await life.expectGate(.open(primary: node1))
                #expect(try await life.kinds().count { $0 == "failover_finished" } == 1)
            }
        }
        #expect(ends().map(\.outcome) == ["promoted"] && ends().map(\.milliseconds) == [nil] && ends().map(\.primary?.id) == [node1])
    }

    @Test("A site hook that fails is followed by the bundled hook alone, and its words are in the journal")
    func hookFails() async throws {
        let stage = Stage()
        defer { stage.clean() }
        stage.hands.script.withLock { $0.problems = [PromotionFailure("site.lua:3: boom")] }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.script.withLock { $0.requests.map(\.bundledOnly) } == [false, true])
            #expect(try await life.journal.latest(100).contains { $0.kind == "hook_failed" && $0.message.contains("site.lua:3: boom") })
        }
    }

    @Test("With nobody to promote the gate stays closed with the reason, and the old primary coming back opens it")
    func blocked() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            stage.hands.script.withLock { $0.servers = [:] }
            life.kill(node0)
            try await life.expect("the reason names the standbys") {
                await life.coordinator.snapshot().gateReason.contains("node1 refuses connections; node2 refuses connections")
            }
            stage.hands.script.withLock { $0.servers = [node0: observation(.primary)] }
            try await life.expectGate(.open(primary: node0))
            #expect(stage.hands.promotions.isEmpty)
            #expect(await life.coordinator.snapshot().epoch == Epoch(3))
            // Its prober does not trust it yet. One look that fails proves nothing either.
            for seen in [observation(.primary), nil] {
                life.inbox.post(NodeReport(node: node0, verdict: .down, isGone: false, reason: "was starting up", observation: seen))
                try await life.expect("the report is taken") {
                    let report = await life.coordinator.reports[node0]
                    return report?.isGone == false && report?.observation == seen
                }
                #expect(await life.coordinator.snapshot().epoch == Epoch(3))
            }
        }
    }

    @Test("A synchronous standby that does not answer blocks the failover: only it may hold acknowledged commits")
    func synchronous() async throws {
        let stage = Stage()
        defer { stage.clean() }
        stage.hands.script.withLock { $0.servers[node0] = observation(.primary, synchronous: "FIRST 1 (node1)") }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            life.probeAll()
            stage.hands.script.withLock { $0.servers[node1] = nil }
            life.kill(node0)
            try await life.expect("node1 is named") { await life.coordinator.snapshot().gateReason.contains("only on node1") }
            #expect(stage.hands.promotions.isEmpty)
        }
    }

    @Test("A new primary does not wait for itself; with too few standbys it goes on with as many as there are, where that is wanted", arguments: [
        ("ANY 1 (node0, node1, node2)", false, "ANY 1 (\"node0\", \"node2\")"), ("FIRST 2 (node1, node2)", true, "FIRST 1 (\"node2\")"),
        ("FIRST 2 (node0, node2)", false, "FIRST 2 (node0, node2)"), ("FIRST 1 (node1)", true, ""),
    ])
    func prepared(_ before: String, _ degrades: Bool, _ after: String) async throws {
        let stage = Stage(rules: FailoverRules(degrades: degrades))
        defer { stage.clean() }
        stage.hands.script.withLock { $0.servers[node1]?.synchronousStandbyNames = before }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.script.withLock { $0.servers[node1]?.synchronousStandbyNames } == after)
            #expect(try await life.kinds().contains("synchronous_degraded") == degrades)
        }
    }

    @Test("A primary that answers as a standby, or on another timeline, is not used", arguments: [
        observation(.standby), observation(.primary, timeline: 9),
    ])
    func changed(_ answer: NodeObservation) async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            stage.hands.script.withLock { $0.servers = [node0: answer, node1: observation(.standby), node2: observation(.standby)] }
            life.inbox.post(report(node0, answer))
            try await life.expect("another node serves") { stage.hands.lastGate == .open(primary: node1) }
        }
    }
}
