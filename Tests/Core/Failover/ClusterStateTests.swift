import ClusterModel
import Testing
@testable import Failover

@Suite("ClusterState")
struct ClusterStateTests {
    @Test("A failover raises the epoch once, and the new primary opens in that epoch")
    func failover() throws {
        var state = try ClusterState.open()
        #expect(state.epoch == Epoch(1))
        #expect(state.openPrimary == node0)
        try state.apply(.declareLost(primary: node0, epoch: Epoch(1), reason: "gone", event: "ev-1"))
        #expect(state.epoch == Epoch(2))
        #expect(state.openPrimary == nil)
        #expect(state.service(of: node0).status == .down)
        try state.apply(.promote(candidate: node1, epoch: Epoch(2)))
        try state.apply(.primaryIs(primary: node1, epoch: Epoch(2), timeline: timelineTwo))
        #expect(state.epoch == Epoch(2))
        #expect(state.openPrimary == node1)
        #expect(state.timeline == timelineTwo)
    }

    @Test("Nobody is promoted beside the primary or beside a candidate, nor the lost primary started, whoever asks")
    func oneWriter() throws {
        func promotable(_ state: ClusterState) -> [NodeID] { threeNodes.map(\.id).filter { state.objection(toPromoting: $0, name: \.description) == nil } }
        func startable(_ state: ClusterState) -> [NodeID] { threeNodes.map(\.id).filter { state.objection(toStarting: $0, name: \.description) == nil } }
        #expect(promotable(ClusterState()) == [node0, node1, node2])
        var state = try ClusterState.open()
        #expect(promotable(state) == [node0] && startable(state) == [node0, node1, node2])
        state = try .lost()
        #expect(promotable(state) == [] && startable(state) == [node1, node2])
        try state.apply(.promote(candidate: node1, epoch: Epoch(2)))
        #expect(promotable(state) == [node1] && startable(state) == [node1, node2])
        try state.apply(.primaryIs(primary: node1, epoch: Epoch(2), timeline: timelineTwo))
        #expect(promotable(state) == [node1] && startable(state) == [node0, node1, node2])
    }

    @Test("A command of an old epoch changes nothing", arguments: [
        ClusterCommand.declareLost(primary: node0, epoch: Epoch(1), reason: "late", event: "ev-2"),
        .promote(candidate: node2, epoch: Epoch(1)), .passOver(candidate: node1, epoch: Epoch(1), reason: "late"),
        .primaryIs(primary: node1, epoch: Epoch(1), timeline: timelineTwo), .reopen(primary: node0, epoch: Epoch(1)),
        .setSynchronousSet(.none, epoch: Epoch(1)),
    ])
    func oldEpoch(_ command: ClusterCommand) throws {
        var state = try ClusterState.lost()
        let before = state
        let refusal = #expect(throws: ClusterState.Refusal.self) { try state.apply(command) }
        #expect(refusal?.description.contains("epoch 1, it is 2 now") == true)
        #expect(state == before)
    }

    @Test("Within an epoch only the recorded candidate can become primary, and only once")
    func onePromotion() throws {
        var state = try ClusterState.lost()
        try state.apply(.promote(candidate: node1, epoch: Epoch(2)))
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.promote(candidate: node2, epoch: Epoch(2))) }
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.primaryIs(primary: node2, epoch: Epoch(2), timeline: timelineTwo)) }
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.reopen(primary: node0, epoch: Epoch(2))) }
        try state.apply(.primaryIs(primary: node1, epoch: Epoch(2), timeline: timelineTwo))
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.primaryIs(primary: node1, epoch: Epoch(2), timeline: timelineTwo)) }
    }

    @Test("Passing a candidate over raises the epoch; the old primary can then not re-open")
    func passOver() throws {
        var state = try ClusterState.lost()
        try state.apply(.promote(candidate: node1, epoch: Epoch(2)))
        try state.apply(.passOver(candidate: node1, epoch: Epoch(2), reason: "refuses connections"))
        #expect(state.epoch == Epoch(3))
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.reopen(primary: node0, epoch: Epoch(3))) }
        try state.apply(.promote(candidate: node2, epoch: Epoch(3)))
    }

    @Test("The lost primary re-opens under the next epoch, on its own timeline")
    func reopen() throws {
        var state = try ClusterState.lost()
        try state.apply(.reopen(primary: node0, epoch: Epoch(2)))
        #expect(state.epoch == Epoch(3))
        #expect(state.openPrimary == node0)
        #expect(state.timeline == timelineOne)
        #expect(state.service(of: node0).status == .up)
    }

    @Test("A seal is taken away for the primary that was lost and is open again, and for no other")
    func unsealing() throws {
        var state = try ClusterState.lost()
        #expect(!state.mayUnseal(sealedIn: Epoch(2)), "nobody is open")
        var reopened = state
        try reopened.apply(.reopen(primary: node0, epoch: Epoch(2)))
        #expect(reopened.mayUnseal(sealedIn: Epoch(2)))
        try state.apply(.promote(candidate: node1, epoch: Epoch(2)))
        try state.apply(.primaryIs(primary: node1, epoch: Epoch(2), timeline: timelineTwo))
        #expect(!state.mayUnseal(sealedIn: Epoch(2)), "it followed node0")
        var adopted = try ClusterState.lost()
        try adopted.apply(.adoptPromoted(primary: node1, epoch: Epoch(2), timeline: timelineTwo))
        #expect(!adopted.mayUnseal(sealedIn: Epoch(2)), "so it did, whoever made node1 the primary")
    }

    @Test("A loss is accepted for the failover that waits, once")
    func acceptedLoss() throws {
        var state = try ClusterState.open()
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.acceptLoss(epoch: Epoch(1), by: "admin")) }
        state = try .lost()
        try state.apply(.acceptLoss(epoch: Epoch(2), by: "admin"))
        #expect(state.loss?.isLossAccepted == true)
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.acceptLoss(epoch: Epoch(2), by: "admin")) }
    }

    @Test("A cluster with a history is never adopted again")
    func adoptOnce() throws {
        var state = try ClusterState.lost()
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.adopt(primary: node0, systemIdentifier: cluster, timeline: timelineOne)) }
    }

    @Test("An election needs |V| - k + 1 of the synchronous standbys",
          arguments: [(0, 0, 0), (1, 1, 1), (2, 1, 2), (2, 2, 1), (3, 2, 2), (3, 1, 3)])
    func quorum(_ members: Int, _ required: Int, _ needed: Int) {
        #expect(SynchronousSet(members: Set((0..<members).map(NodeID.init)), required: required).neededForElection == needed)
    }

    @Test("Only while the gate is closed may a server that was promoted by hand be taken over; what was sealed before stays sealed")
    func adoptedPromoted() throws {
        var open = try ClusterState.open()
        #expect(throws: ClusterState.Refusal.self) { try open.apply(.adoptPromoted(primary: node1, epoch: open.epoch, timeline: timelineTwo)) }
        var state = try ClusterState.lost(synchronous: SynchronousSet(members: [node1], required: 1))
        let sealedIn = state.epoch
        #expect(throws: ClusterState.Refusal.self) { try state.apply(.adoptPromoted(primary: node1, epoch: Epoch(1), timeline: timelineTwo)) }
        try state.apply(.adoptPromoted(primary: node1, epoch: state.epoch, timeline: timelineTwo))
        #expect(state.openPrimary == node1 && state.timeline == timelineTwo && state.epoch == sealedIn.next && state.synchronousSet == .none)
        #expect(!state.mayUnseal(sealedIn: sealedIn))
    }

    @Test("A held node is out of service whatever its probes say, and what they say is kept")
    func held() throws {
        var state = try ClusterState.open()
        try state.apply(.setStatus(node: node1, status: .up, reason: ""))
        try state.apply(.hold(node: node1, Hold(.detached, by: "ops", reason: "new disk")))
        #expect(state.service(of: node1) == ClusterState.Service(status: .down, reason: "was detached by ops: new disk"))
        try state.apply(.setStatus(node: node1, status: .down, reason: "refuses connections"))
        #expect(state.service(of: node1).reason == "was detached by ops: new disk; it refuses connections")
        #expect(state.health(of: node1).reason == "refuses connections")
        try state.apply(.release(node: node1))
        #expect(state.service(of: node1) == ClusterState.Service(status: .down, reason: "refuses connections"))
    }
}
