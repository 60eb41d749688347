import ClusterModel
import Failover
import Storage
import Synchronization
import Testing
@testable import Coordination

@Suite("Orders")
struct OrdersTests {
    private let byOperator = Hold(.detached, by: "ops", reason: "its fan is loud")

    private func refusal(_ order: () async throws -> String) async -> String? {
        do { _ = try await order() } catch let refused as OrderRefused { return refused.description } catch { return "\(error)" }
        return nil
    }

    @Test("A detached standby stays out over good probes and restarts, is never promoted, and is back when it is attached")
    func detach() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            #expect(try await life.coordinator.detach(node1, byOperator) == "node1 is detached")
            life.probeAll()
            let service = await life.coordinator.snapshot().nodes[1].service
            #expect(service.status == .down && service.reason == "was detached by ops: its fan is loud")
        }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            try await life.expect("its state is restored") { await life.coordinator.snapshot().nodes[1].service.status == .down }
            life.kill(node0)
            try await life.expectGate(.open(primary: node2))
            #expect(try await life.coordinator.attach(node1, by: "ops") == "node1 is in service")
            #expect(await refusal { try await life.coordinator.attach(node1, by: "ops") } == "node1 is in service already")
        }
    }

    @Test("One that is attached while it is down stays down and says why; one that is only down cannot be attached")
    func attachDown() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            _ = try await life.coordinator.detach(node1, byOperator)
            life.kill(node1)
            try await life.expect("both reasons are there") {
                await life.coordinator.snapshot().nodes[1].service.reason == "was detached by ops: its fan is loud; it refuses connections"
            }
            #expect(try await life.coordinator.attach(node1, by: "ops") == "node1 is attached again, and stays down while it refuses connections")
            #expect(await refusal { try await life.coordinator.attach(node1, by: "ops") } == "node1 is not detached: it is down because it refuses connections")
            #expect(await refusal { try await life.coordinator.attach(NodeID(7), by: "ops") } == "there is no node 7: they are node0, node1, node2")
        }
    }

    @Test("The primary is detached only where a failover is asked for; it is not taken for back while it is kept out")
    func detachPrimary() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            #expect(await refusal { try await life.coordinator.detach(node0, byOperator) }?.contains("which has to be asked for (--failover)") == true)
            _ = try await life.coordinator.detach(node0, byOperator, failsOver: true)
            try await life.expectGate(.open(primary: node1))
            life.probeAll()
            try await life.expect("it is a stray that was detached") {
                let reason = await life.coordinator.snapshot().nodes[0].service.reason
                return reason.hasPrefix("was detached by ops: its fan is loud; it is writable")
            }
            #expect(stage.hands.promotions == [node1])
        }
    }

    @Test("Without anybody to take over the primary cannot be detached, nor where DISALLOW_TO_FAILOVER or maintenance forbids it")
    func detachPrimaryRefused() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            _ = try await life.coordinator.setMaintenance(true, by: "ops")
            #expect(await refusal { try await life.coordinator.detach(node0, byOperator, failsOver: true) }?.contains("maintenance is on") == true)
            _ = try await life.coordinator.setMaintenance(false, by: "ops")
            for id in [node1, node2] { _ = try await life.coordinator.detach(id, byOperator) }
            #expect(await refusal { try await life.coordinator.detach(node0, byOperator, failsOver: true) }?.contains("no standby in service could take over") == true)
            #expect(stage.hands.lastGate == .open(primary: node0))
        }
    }

    @Test("In maintenance a lost primary stays the primary, over a restart too; when it is back writes go on in the same epoch")
    func maintenance() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            #expect(try await life.coordinator.setMaintenance(true, by: "ops") == "maintenance is on: nothing is done automatically")
            #expect(await refusal { try await life.coordinator.setMaintenance(true, by: "ops") } == "maintenance is on already")
            life.kill(node0)
            try await life.expect("the reason is told") { await life.coordinator.snapshot().gateReason.contains("maintenance is on, so nothing is done") }
        }
        try await stage.live { life in
            life.probeAll()
            try await life.expect("still so") { await life.coordinator.snapshot().gateReason.contains("maintenance is on, so nothing is done") }
            #expect(await life.coordinator.snapshot().isInMaintenance)
            #expect(stage.hands.promotions.isEmpty)
            stage.hands.script.withLock { $0.servers[node0] = observation(.primary) }
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            #expect(await life.coordinator.snapshot().epoch == Epoch(1))
        }
    }

    @Test("The end of maintenance has a primary that is still gone replaced at once")
    func maintenanceEnds() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            _ = try await life.coordinator.setMaintenance(true, by: "ops")
            life.kill(node0)
            try await life.expect("writes are held") { await !life.coordinator.snapshot().gateReason.isEmpty }
            _ = try await life.coordinator.setMaintenance(false, by: "ops")
            try await life.expectGate(.open(primary: node1))
        }
    }

    @Test("In maintenance an operator promotes whom he wants, and a server that was promoted by hand is taken over by his word")
    func promote() async throws {
        for byHand in [false, true] {
            let stage = Stage()
            defer { stage.clean() }
            try await stage.live { life in
                life.probeAll()
                try await life.expectGate(.open(primary: node0))
                #expect(await refusal { try await life.coordinator.promote(node2, by: "ops") }?.contains("node0 is the primary and serves") == true)
                #expect(try await life.coordinator.promote(node0, by: "ops") == "node0 is the primary already")
                _ = try await life.coordinator.setMaintenance(true, by: "ops")
                life.kill(node0)
                try await life.expect("writes are held") { await !life.coordinator.snapshot().gateReason.isEmpty }
                if byHand {
                    stage.hands.script.withLock { $0.servers[node2] = promoted() }
                    #expect(try await life.coordinator.promote(node2, by: "ops") == "node2 is the primary now")
                } else {
                    // The freshest is node1: the operator's word counts.
                    #expect(try await life.coordinator.promote(node2, by: "ops") == "the failover begins, and prefers node2")
                }
                try await life.expectGate(.open(primary: node2))
                #expect(stage.hands.promotions == (byHand ? [] : [node2]))
            }
        }
    }

    private func promoted(after timeline: UInt32 = 1) -> NodeObservation {
        var seen = observation(.primary, wal: 90, timeline: timeline + 1)
        seen.history = TimelineHistory(timeline: Timeline(timeline + 1), ancestors: [.init(timeline: Timeline(timeline), end: LogSequenceNumber(bytes: 80))])
        return seen
    }

    @Test("A server that was promoted by hand is not taken over when its history is unknown or another, or when the old primary writes too")
    func promoteRefused() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            _ = try await life.coordinator.setMaintenance(true, by: "ops")
            life.kill(node0)
            try await life.expect("writes are held") { await !life.coordinator.snapshot().gateReason.isEmpty }
            func word(_ server: NodeObservation) async -> String? {
                stage.hands.script.withLock { $0.servers[node2] = server }
                return await refusal { try await life.coordinator.promote(node2, by: "ops") }
            }
            #expect(await word(observation(.primary, timeline: 2))?.contains("its history cannot be read") == true)
            #expect(await word(promoted(after: 5))?.contains("which does not come from timeline 1") == true)
            stage.hands.script.withLock { $0.servers[node0] = observation(.primary) }
            #expect(await word(promoted())?.contains("node0, the primary, answers: stop it first") == true)
            stage.hands.script.withLock { $0.servers[node0] = nil; $0.servers[node1] = promoted() }
            #expect(await word(promoted())?.contains("node1 is writable too") == true)
        }
    }

    @Test("A quarantine ends with its time")
    func quarantine() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            _ = try await life.coordinator.detach(node1, Hold(.quarantined, by: "hook:ours", reason: "it flaps", until: 1000))
            #expect(await life.coordinator.snapshot().nodes[1].service.reason == "was quarantined by hook:ours: it flaps")
            #expect(await refusal { try await life.coordinator.attach(node2, .quarantined, by: "hook:ours") } != nil)
            life.probeAll()
            try await life.expect("it is back") { await life.coordinator.snapshot().nodes[1].service.status == .up }
            try await life.expect("it is on record") { try await life.kinds().contains("node_unquarantined") }
        }
    }
}
