import ClusterModel
import Testing
@testable import Failover

@Suite("SynchronousSet")
struct SynchronousSetTests {
    @Test("synchronous_standby_names is read as PostgreSQL reads it", arguments: [
        ("", [], 0), ("node1", [1], 1), ("node1, node2", [1, 2], 1), ("2 (node1, node2)", [1, 2], 2), ("FIRST 1 (node1)", [1], 1),
        ("first 2 (node1,node2)", [1, 2], 2), ("ANY 1 (node1, node2)", [1, 2], 1), ("*", [1, 2], 1), ("ANY 2 (*)", [1, 2], 2),
        (#"FIRST 1 ("NODE1")"#, [1], 1), ("  ANY   1(node2)  ", [2], 1),
    ] as [(String, [Int], Int)])
    func setting(_ text: String, _ members: [Int], _ required: Int) {
        #expect(SynchronousSet(setting: text, nodes: threeNodes, primary: node0) == SynchronousSet(members: Set(members.map { NodeID($0) }), required: required))
    }

    @Test("A standby that is none of our nodes can confirm commits that ours do not have: all of ours are needed")
    func strangers() {
        let set = SynchronousSet(setting: "ANY 2 (node1, node2, elsewhere)", nodes: threeNodes, primary: node0)
        #expect(set.neededForElection == 2)
    }

    @Test("The old primary's own name asks nothing of an election")
    func itself() {
        #expect(SynchronousSet(setting: "FIRST 1 (node1, node2)", nodes: threeNodes, primary: node1).members == [node2])
    }
}
