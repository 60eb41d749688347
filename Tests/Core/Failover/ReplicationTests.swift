import ClusterModel
import Testing
@testable import Failover

@Suite("Replication")
struct ReplicationTests {
    private func server(_ role: Role, wal: UInt64, on timeline: Timeline = timelineOne, replayed: UInt64? = nil, _ change: (inout NodeObservation) -> Void = { _ in }) -> NodeObservation {
        var seen = NodeObservation(role: role, systemIdentifier: cluster, timeline: timeline, walEnd: LogSequenceNumber(bytes: wal), serverVersion: 150_018)
        seen.replayed = replayed.map { LogSequenceNumber(bytes: $0) }
        change(&seen)
        return seen
    }

    private func row(_ name: String, flushed: UInt64, replayed: UInt64, lag: Duration? = nil) -> NodeObservation.Stream {
        NodeObservation.Stream(applicationName: name, state: "streaming", syncState: "async", flushed: LogSequenceNumber(bytes: flushed),
                               replayed: LogSequenceNumber(bytes: replayed), replayLag: lag)
    }

    private func replication(_ seen: [NodeID: NodeObservation]) -> Replication { Replication(nodes: threeNodes, seen: seen, primary: node0) }

    @Test("The lag is what the primary's own row says, although the standby was looked at when it was further behind")
    func lagOfStreaming() {
        let seen = [node0: server(.primary, wal: 1000) { $0.streams = [row("node1", flushed: 990, replayed: 900, lag: .milliseconds(20))] },
                    node1: server(.standby, wal: 300, replayed: 200)]
        #expect(replication(seen).lag(of: node1) == Lag(bytes: 10, replayBytes: 100, time: .milliseconds(20)))
        #expect(replication(seen).lag(of: node0) == Lag(bytes: 0, replayBytes: 0, time: .zero))
        #expect(replication(seen).lag(of: node2) == nil)
    }

    @Test("A standby that does not stream is measured by what it says itself, in time by its last commit; one that has all has no lag in time")
    func lagByItself() {
        let seen = [node0: server(.primary, wal: 1000), node1: server(.standby, wal: 300, replayed: 200) { $0.replayAge = .seconds(9) },
                    node2: server(.standby, wal: 1000, replayed: 1000) { $0.replayAge = .seconds(9) }]
        #expect(replication(seen).lag(of: node1) == Lag(bytes: 700, replayBytes: 800, time: .seconds(9)))
        #expect(replication(seen).lag(of: node2) == Lag(bytes: 0, replayBytes: 0, time: .zero))
    }

    @Test("A standby follows the node that lists it, else the one whose address its receiver has; a cascade is no fault")
    func sources() {
        let seen = [node0: server(.primary, wal: 1000) { $0.streams = [row("node1", flushed: 1000, replayed: 1000)] }, node1: server(.standby, wal: 1000),
                    node2: server(.standby, wal: 1000) { $0.receiver = .init(state: "streaming", host: "127.0.0.1", port: 5433, slot: "") }]
        #expect(replication(seen).source(of: node1)?.id == node0)
        #expect(replication(seen).source(of: node2)?.id == node1)
        #expect(replication(seen).remark(on: node1).isEmpty && replication(seen).remark(on: node2).isEmpty)
    }

    @Test("What is wrong with a node in service is said in words")
    func remarks() {
        func remark(_ standby: NodeObservation, _ change: (inout NodeObservation) -> Void = { _ in }) -> String {
            replication([node0: server(.primary, wal: 1000, on: timelineTwo, change), node1: standby]).remark(on: node1)
        }
        #expect(remark(server(.standby, wal: 1, on: timelineTwo)) == "does not stream from node0")
        #expect(remark(server(.standby, wal: 1)) == "does not stream from node0: it is on timeline 1, node0 on 2")
        #expect(remark(server(.standby, wal: 1)) { $0.slots = [.init(name: "node1", isActive: false, state: "lost", restart: nil)] }.contains("it must be rebuilt"))
        let paused = server(.standby, wal: 1, on: timelineTwo) { $0.isReplayPaused = true }
        #expect(remark(paused) { $0.streams = [row("node1", flushed: 1000, replayed: 1)] }.hasPrefix("has its WAL replay paused"))
        let readOnly = [node0: server(.primary, wal: 1) { $0.isReadOnly = true }]
        #expect(replication(readOnly).remark(on: node0).contains("default_transaction_read_only"))
        #expect(replication([:]).remark(on: node1).isEmpty)
    }
}
