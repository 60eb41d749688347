import ClusterModel
@testable import Failover

let cluster = SystemIdentifier(7001), timelineOne = Timeline(1), timelineTwo = Timeline(2)
let node0 = NodeID(0), node1 = NodeID(1), node2 = NodeID(2)

func node(_ id: NodeID, priority: Int = 1) -> Node {
    Node(id: id, name: "node\(id)", host: "127.0.0.1", port: 5432 + id.number, priority: priority)
}

let threeNodes = [node(node0), node(node1), node(node2)]

func seen(_ role: Role, wal: UInt64 = 100, on timeline: Timeline = timelineOne, of identifier: SystemIdentifier = cluster, paused: Bool = false) -> Election.Answer {
    .success(NodeObservation(role: role, systemIdentifier: identifier, timeline: timeline, walEnd: LogSequenceNumber(bytes: wal),
                             serverVersion: 150_018, isReplayPaused: paused))
}

let allSealed: [NodeID: Seal] = [node1: .sealed, node2: .sealed]

let silent: Election.Answer = .failure(NodeSilence("refuses connections"))

extension ClusterState {
    /// The state after the given commands, none of which may be refused.
    static func after(_ commands: ClusterCommand...) throws -> ClusterState {
        var state = ClusterState()
        for command in commands { try state.apply(command) }
        return state
    }

    static func open() throws -> ClusterState {
        try after(.adopt(primary: node0, systemIdentifier: cluster, timeline: timelineOne))
    }

    static func lost(synchronous: SynchronousSet = .none) throws -> ClusterState {
        var state = try open()
        try state.apply(.setSynchronousSet(synchronous, epoch: state.epoch))
        try state.apply(.declareLost(primary: node0, epoch: state.epoch, reason: "refuses connections", event: "ev-1"))
        return state
    }
}
