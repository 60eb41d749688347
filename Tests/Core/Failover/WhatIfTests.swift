import ClusterModel
import Testing
@testable import Failover

@Suite("WhatIf")
struct WhatIfTests {
    /// Node 0 is the primary at 1000; both standbys stream from it, node 1 is nearer.
    private func answers(behind: UInt64 = 100) -> [NodeID: Election.Answer] {
        var primary = NodeObservation(role: .primary, systemIdentifier: cluster, timeline: timelineOne, walEnd: LogSequenceNumber(bytes: 1000), serverVersion: 150_018)
        primary.streams = [(1, 1000 - behind), (2, 500)].map { number, position in
            NodeObservation.Stream(applicationName: "node\(number)", state: "streaming", syncState: "async", flushed: LogSequenceNumber(bytes: position),
                                   replayed: LogSequenceNumber(bytes: position), replayLag: .seconds(3))
        }
        return [node0: .success(primary), node1: seen(.standby, wal: 1000 - behind), node2: seen(.standby, wal: 500)]
    }

    private func row(_ lost: NodeID..., of table: WhatIf) throws -> WhatIf.Row { try #require(table.rows.first { $0.lost == lost }) }

    @Test("Asynchronous: standbys may go, the primary is followed by the freshest, and the exposure is what that one lacks")
    func asynchronous() throws {
        let table = WhatIf(nodes: threeNodes, state: try .open(), answers: answers())
        #expect(table.rows.map(\.lost) == [[node0], [node1], [node2], [node0, node1], [node0, node2], [node1, node2]])
        #expect(try row(node1, of: table).writes == .goOn)
        #expect(try row(node1, node2, of: table).writes == .goOn)
        #expect(try row(node0, of: table) == WhatIf.Row(lost: [node0], writes: .failOver(to: node1), exposure: Lag(bytes: 100, replayBytes: 100, time: .seconds(3))))
        #expect(try row(node0, node1, of: table).writes == .failOver(to: node2))
        #expect(try row(node0, node1, of: table).exposure?.bytes == 500)
    }

    @Test("Synchronous: the last confirming standby blocks writes, and with the primary it blocks the failover by name; nothing acknowledged is exposed")
    func synchronous() throws {
        var state = try ClusterState.open()
        try state.apply(.setSynchronousSet(SynchronousSet(members: [node1], required: 1), epoch: state.epoch))
        let table = WhatIf(nodes: threeNodes, state: state, answers: answers(behind: 0))
        guard case .wait(let reason) = try row(node1, of: table).writes else { return #expect(Bool(false), "writes do not wait") }
        #expect(reason.contains("none would be left"))
        #expect(try row(node2, of: table).writes == .goOn)
        #expect(try row(node0, of: table) == WhatIf.Row(lost: [node0], writes: .failOver(to: node1), exposure: nil))
        guard case .stop(let why) = try row(node0, node1, of: table).writes else { return #expect(Bool(false), "it fails over") }
        #expect(why.contains("node1"))
    }

    @Test("A synchronous standby that does not stream now is as good as lost")
    func notStreaming() throws {
        var state = try ClusterState.open()
        try state.apply(.setSynchronousSet(SynchronousSet(members: [node1, node2], required: 1), epoch: state.epoch))
        var known = answers()
        if case .success(var primary)? = known[node0] {
            primary.streams.removeAll { $0.applicationName == "node2" }
            known[node0] = .success(primary)
        }
        guard case .wait = try row(node1, of: WhatIf(nodes: threeNodes, state: state, answers: known)).writes else { return #expect(Bool(false), "writes go on") }
    }

    @Test("In maintenance, and where DISALLOW_TO_FAILOVER forbids it, the loss of the primary stops writes")
    func forbidden() throws {
        var state = try ClusterState.open()
        try state.apply(.setMaintenance(isOn: true))
        guard case .stop(let reason) = try row(node0, of: WhatIf(nodes: threeNodes, state: state, answers: answers())).writes else { return #expect(Bool(false)) }
        #expect(reason == "maintenance is on")
        let kept = Node(id: node0, name: "node0", host: "127.0.0.1", port: 5432, mayFailOver: false)
        guard case .stop(let why) = try row(node0, of: WhatIf(nodes: [kept] + threeNodes.dropFirst(), state: try .open(), answers: answers())).writes else { return #expect(Bool(false)) }
        #expect(why.contains("DISALLOW_TO_FAILOVER"))
    }

    @Test("While there is no primary there is no table")
    func closed() throws {
        #expect(WhatIf(nodes: threeNodes, state: try .lost(), answers: answers()).rows.isEmpty)
    }
}
