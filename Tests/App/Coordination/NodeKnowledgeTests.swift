import ClusterModel
import Failover
import Storage
import Synchronization
import Testing
@testable import Coordination

@Suite("Node knowledge")
struct NodeKnowledgeTests {
    private func wedged(_ node: NodeID) -> NodeReport {
        NodeReport(node: node, verdict: .wedged, isGone: false, reason: "answers, but a commit has not ended in 10 s", observation: observation(.primary))
    }

    @Test("A primary that cannot commit is replaced, and not opened again because it still answers")
    func wedgedPrimary() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            life.inbox.post(wedged(node0))
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.promotions == [node1])
            #expect(try await life.kinds().contains("node_wedged"))
            try await life.expect("the end is on record") { try await life.journal.latest(100).contains { $0.kind == "failover_finished" && $0.message.contains("node1") } }
        }
    }

    @Test("Without a standby to follow it a primary that cannot commit goes on serving reads, and the view says what is wrong")
    func wedgedAlone() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            for id in [node1, node2] { life.kill(id) }
            try await life.expect("both are down") { await life.coordinator.snapshot().nodes[2].service.status == .down }
            life.inbox.post(wedged(node0))
            try await life.expect("the view says it") { await life.coordinator.snapshot().nodes[0].remark.contains("a commit has not ended") }
            #expect(stage.hands.lastGate == .open(primary: node0))
        }
    }

    @Test("A standby that somebody promoted is out of service, its hooks are told once, and writes stay where they were")
    func promotedByHand() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            stage.hands.script.withLock { $0.servers[node2] = observation(.primary, wal: 90, timeline: 2) }
            for _ in 0..<3 {
                life.probeAll()
                try await life.expect("it is a stray") { await life.coordinator.snapshot().nodes[2].service.reason.contains("is writable, but it is not the primary") }
            }
            #expect(stage.hands.lastGate == .open(primary: node0))
            // What comes after it was judged before it, so that a second telling would be there by now.
            life.kill(node1)
            try await life.expect("node1 is down") { await life.coordinator.snapshot().nodes[1].service.status == .down }
            let told = stage.hands.script.withLock { $0.notices }.filter { if case .falsePrimary(let node, let primary, _) = $0.fact { node.id == node2 && primary.id == node0 } else { false } }
            #expect(told.count == 1)
            #expect(try await life.kinds().filter { $0 == "false_primary" }.count == 1)
        }
    }

    @Test("A server of another cluster at a standby's address is out of service, and back when the right one is there again")
    func foreign() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            var stranger = observation(.standby)
            stranger.systemIdentifier = SystemIdentifier(9)
            stage.hands.script.withLock { [stranger] in $0.servers[node1] = stranger }
            life.probeAll()
            try await life.expect("it is out") { await life.coordinator.snapshot().nodes[1].service.reason.contains("another cluster") }
            stage.hands.script.withLock { $0.servers[node1] = observation(.standby) }
            life.probeAll()
            try await life.expect("it is back") { await life.coordinator.snapshot().nodes[1].service.status == .up }
        }
    }

    @Test("What a replaced primary wrote past the fork is read once, although it never answers again, and is on record")
    func lostTransactions() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            var primary = observation(.primary, wal: 200, timeline: 2)
            primary.history = TimelineHistory(timeline: Timeline(2), ancestors: [.init(timeline: Timeline(1), end: LogSequenceNumber(bytes: 90))])
            for _ in 0..<2 {
                life.inbox.post(report(node1, primary))
                try await life.expect("it is on record") { try await life.journal.latest(100).contains { $0.kind == "lost_transactions" && $0.message.contains("past 0/5A on timeline 1 node0 has what the primary has not: 16 bytes of log with 1 committed transaction, at now") } }
            }
            #expect(stage.hands.script.withLock { $0.inquiries } == ["node0 1 90"])
        }
    }
}
