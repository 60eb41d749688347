import ClusterModel
import Testing
@testable import Failover

@Suite("Kinship")
struct KinshipTests {
    private func server(_ role: Role, on timeline: UInt32 = 1, left: UInt64? = nil, wal: UInt64 = 100, of identifier: SystemIdentifier = cluster) -> NodeObservation {
        NodeObservation(role: role, systemIdentifier: identifier, timeline: Timeline(timeline), walEnd: LogSequenceNumber(bytes: wal), serverVersion: 150_018,
                        history: TimelineHistory(timeline: Timeline(timeline), ancestors: left.map { [.init(timeline: Timeline(1), end: LogSequenceNumber(bytes: $0))] } ?? []))
    }

    /// Node 1 is the primary, on timeline 2, which left timeline 1 at 100.
    private func state() throws -> ClusterState {
        var state = try ClusterState.lost()
        try state.apply(.promote(candidate: node1, epoch: state.epoch))
        try state.apply(.primaryIs(primary: node1, epoch: state.epoch, timeline: timelineTwo))
        return state
    }

    private func kinship(_ seen: NodeObservation) throws -> Kinship {
        Kinship(of: seen, in: try state(), primary: ("node1", server(.primary, on: 2, left: 100, wal: 500)))
    }

    @Test("A standby on the primary's timeline, or on the one before and not past the fork, belongs to it")
    func members() throws {
        #expect(try kinship(server(.standby, on: 2, left: 100, wal: 400)) == .member)
        #expect(try kinship(server(.standby, wal: 100)) == .member)
    }

    @Test("One that went on by itself past the fork has diverged, and the reason says where")
    func diverged() throws {
        let past = try kinship(server(.standby, wal: 101))
        #expect(past.kind == .diverged)
        #expect(past.reason == "has diverged: it is on timeline 1, and its log left node1's at 0/64: it must be rewound or rebuilt")
        #expect(try kinship(server(.standby, on: 2, left: 90, wal: 95)).kind == .diverged, "another timeline 2")
        #expect(try kinship(server(.standby, on: 3, left: 100, wal: 95)).kind == .diverged, "a timeline from elsewhere")
    }

    @Test("A second writable server is a stray, also when its history is not known")
    func stray() throws {
        #expect(try kinship(server(.primary, wal: 300)).reason == "is writable, but it is not the primary of epoch 2: it is on timeline 1, and its log left node1's at 0/64")
        var hidden = server(.primary)
        hidden.history = nil
        let stray = try kinship(hidden)
        #expect(stray.kind == .stray && stray.reason == "is writable, but it is not the primary of epoch 2")
    }

    @Test("A server of another cluster is foreign, whatever else it is")
    func foreign() throws {
        for role in Role.allCases {
            let foreign = try kinship(server(role, of: SystemIdentifier(9)))
            #expect(foreign.kind == .foreign && foreign.reason.contains("its system identifier is 9, ours 7001"))
        }
    }

    @Test("While nothing current is known of the primary, no standby is called diverged")
    func unknown() throws {
        let standby = server(.standby, on: 3, left: 50, wal: 900)
        #expect(Kinship(of: standby, in: try state(), primary: nil) == .member)
        #expect(Kinship(of: standby, in: try state(), primary: ("node1", server(.standby, on: 2, left: 100))) == .member, "seen before it was promoted")
        #expect(Kinship(of: standby, in: try state(), primary: ("node1", server(.primary, on: 1))) == .member)
    }
}
