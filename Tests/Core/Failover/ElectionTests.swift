import ClusterModel
import Testing
@testable import Failover

@Suite("Election")
struct ElectionTests {
    private func outcome(_ answers: [NodeID: Election.Answer], nodes: [Node] = threeNodes, synchronous: SynchronousSet = .none, seals: [NodeID: Seal] = allSealed,
                         rules: Election.Rules = Election.Rules()) throws -> Election.Outcome {
        Election(nodes: nodes, state: try .lost(synchronous: synchronous), rules: rules, lastPosition: LogSequenceNumber(bytes: 300)).outcome(of: answers, seals: seals)
    }

    @Test("The standby with the most WAL is elected; then priority, then the lower id decide")
    func order() throws {
        #expect(try outcome([node0: silent, node1: seen(.standby, wal: 100), node2: seen(.standby, wal: 101)]) == .elected([node2, node1]))
        #expect(try outcome([node0: silent, node1: seen(.standby), node2: seen(.standby)]) == .elected([node1, node2]))
        #expect(try outcome([node0: silent, node1: seen(.standby), node2: seen(.standby)],
                            nodes: [node(node0), node(node1), node(node2, priority: 5)]) == .elected([node2, node1]))
    }

    @Test("A standby that cannot take over is left out with its reason", arguments: [
        (seen(.standby, on: timelineTwo), "on timeline 2"), (seen(.standby, of: SystemIdentifier(1)), "another cluster"),
        (seen(.standby, paused: true), "replay paused"), (silent, "refuses connections"),
    ])
    func unfit(_ answer: Election.Answer, _ reason: String) throws {
        #expect(try outcome([node0: silent, node1: answer, node2: seen(.standby, wal: 1)]) == .elected([node2]))
        guard case .blocked(let why) = try outcome([node0: silent, node1: answer, node2: silent]) else {
            Issue.record("somebody was elected")
            return
        }
        #expect(why.contains("node1 ") && why.contains(reason))
    }

    @Test("Priority 0 is never promoted")
    func never() throws {
        #expect(try outcome([node0: silent, node1: seen(.standby, wal: 999), node2: seen(.standby)],
                            nodes: [node(node0), node(node1, priority: 0), node(node2)]) == .elected([node2]))
    }

    @Test("The lost primary is taken back only while writable on its own timeline")
    func back() throws {
        #expect(try outcome([node0: seen(.primary), node1: seen(.standby), node2: seen(.standby)]) == .primaryIsBack(try seen(.primary).get()))
        #expect(try outcome([node0: seen(.primary, on: timelineTwo), node1: seen(.standby), node2: silent]) == .elected([node1]))
        #expect(try outcome([node0: seen(.primary, of: SystemIdentifier(1)), node1: seen(.standby), node2: silent]) == .elected([node1]))
    }

    @Test("While another server is writable, nobody is promoted")
    func external() throws {
        guard case .blocked(let why) = try outcome([node0: silent, node1: seen(.primary, on: timelineTwo), node2: seen(.standby)]) else {
            Issue.record("a second primary would have been made")
            return
        }
        #expect(why.contains("node1 is writable on timeline 2, but Understudy did not promote it"))
    }

    @Test("Without enough synchronous standbys nobody is promoted, and the missing ones are named")
    func synchronous() throws {
        let set = SynchronousSet(members: [node1], required: 1)
        #expect(try outcome([node0: silent, node1: seen(.standby), node2: seen(.standby, wal: 200)], synchronous: set) == .elected([node2]))
        guard case .blocked(let why) = try outcome([node0: silent, node1: silent, node2: seen(.standby)], synchronous: set) else {
            Issue.record("acknowledged commits could have been lost")
            return
        }
        #expect(why.contains("only on node1"))
    }
}

@Suite("Adoption")
struct AdoptionTests {
    @Test("The one writable server is adopted, also while a standby is silent")
    func adopt() {
        let expected = Adoption.adopt(primary: node1, systemIdentifier: cluster, timeline: timelineOne)
        #expect(Adoption.judge([node0: seen(.standby), node1: seen(.primary), node2: silent], nodes: threeNodes) == expected)
    }

    @Test("Two writable servers, foreign servers and servers that were replaced are not adopted", arguments: [
        ([node0: seen(.primary), node1: seen(.primary)], "both writable"),
        ([node0: seen(.primary), node1: seen(.standby, of: SystemIdentifier(1))], "different clusters"),
        ([node0: seen(.primary), node1: seen(.standby, on: timelineTwo)], "was replaced"),
        ([node0: silent, node1: seen(.standby)], "node0 refuses connections; node1 is a standby"),
    ])
    func wait(_ answers: [NodeID: Election.Answer], _ reason: String) {
        guard case .wait(let why) = Adoption.judge(answers, nodes: [node(node0), node(node1)]) else {
            Issue.record("adopted")
            return
        }
        #expect(why.contains(reason))
    }
}
