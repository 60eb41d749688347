import ClusterModel
import Testing
@testable import Failover

@Suite("Election")
struct ElectionTests {
    private func outcome(_ answers: [NodeID: Election.Answer], nodes: [Node] = threeNodes, synchronous: SynchronousSet = .none) throws -> Election.Outcome {
        Election(nodes: nodes, state: try .lost(synchronous: synchronous)).outcome(of: answers, seals: allSealed)
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
        #expect(try outcome([node0: silent, node1: seen(.standby), node2: seen(.standby, wal: 200)], synchronous: set) == .elected([node2, node1]))
        guard case .blocked(let why) = try outcome([node0: silent, node1: silent, node2: seen(.standby)], synchronous: set) else {
            Issue.record("acknowledged commits could have been lost")
            return
        }
        #expect(why.contains("only on node1"))
    }
}

@Suite("Election of sealed standbys")
struct SealedElectionTests {
    private func outcome(_ answers: [NodeID: Election.Answer], seals: [NodeID: Seal] = allSealed, nodes: [Node] = threeNodes, synchronous: SynchronousSet = .none,
                         rules: Election.Rules = Election.Rules(), passedOver: NodeID? = nil, isLossAccepted: Bool = false) throws -> Election.Outcome {
        var state = try ClusterState.lost(synchronous: synchronous)
        if let passedOver {
            try state.apply(.promote(candidate: passedOver, epoch: state.epoch))
            try state.apply(.passOver(candidate: passedOver, epoch: state.epoch, reason: "died"))
        }
        if isLossAccepted { try state.apply(.acceptLoss(epoch: state.epoch, by: "admin")) }
        return Election(nodes: nodes, state: state, rules: rules, lastPosition: LogSequenceNumber(bytes: 300)).outcome(of: answers, seals: seals)
    }

    private func expectBlocked(_ outcome: Election.Outcome, _ words: String, sourceLocation: SourceLocation = #_sourceLocation) {
        if case .blocked(let why) = outcome, why.contains(words) { return }
        Issue.record("\(outcome)", sourceLocation: sourceLocation)
    }

    private let both = SynchronousSet(members: [node1, node2], required: 1)

    @Test("A standby that still receives is no candidate and no evidence; one that cannot be sealed is both")
    func pending() throws {
        let answers = [node0: silent, node1: seen(.standby, wal: 200), node2: seen(.standby)]
        #expect(try outcome(answers, seals: [node1: .pending(reason: "still receives WAL"), node2: .sealed]) == .elected([node2]))
        expectBlocked(try outcome(answers, seals: [node1: .pending(reason: "still receives WAL"), node2: .sealed], synchronous: both), "node1 still receives WAL")
        #expect(try outcome(answers, seals: [node1: .impossible(reason: "too old"), node2: .sealed], synchronous: both) == .elected([node1]))
        expectBlocked(try outcome(answers, seals: [:]), "is not sealed")
    }

    @Test("What a synchronous standby holds is not given up because that one may not be promoted")
    func freshest() throws {
        let never = [node(node0), node(node1, priority: 0), node(node2)]
        let answers = [node0: silent, node1: seen(.standby, wal: 200), node2: seen(.standby)]
        expectBlocked(try outcome(answers, nodes: never, synchronous: both), "node2 lacks WAL that node1 has")
        #expect(try outcome(answers, nodes: never) == .elected([node2]))
        #expect(try outcome(answers, nodes: never, synchronous: SynchronousSet(members: [node2], required: 1)) == .elected([node2]), "node1 confirms nothing")
    }

    @Test("A server of another cluster is not heard, whatever it is called")
    func foreign() throws {
        let answers = [node0: silent, node1: seen(.standby, of: SystemIdentifier(1)), node2: seen(.standby)]
        expectBlocked(try outcome(answers, synchronous: both), "node1 is no standby of this cluster")
    }

    @Test("Who accepts the loss gets whoever answers")
    func accepted() throws {
        let answers = [node0: silent, node1: silent, node2: seen(.standby)]
        expectBlocked(try outcome(answers, synchronous: both), "--accept-loss")
        #expect(try outcome(answers, synchronous: both, isLossAccepted: true) == .elected([node2]))
    }

    @Test("A candidate that was passed over is the last choice, and when its promotion took effect late the only one")
    func passedOver() throws {
        #expect(try outcome([node0: silent, node1: seen(.standby, wal: 200), node2: seen(.standby)], passedOver: node1) == .elected([node2, node1]))
        #expect(try outcome([node0: silent, node1: seen(.standby), node2: silent], passedOver: node1) == .elected([node1]))
        #expect(try outcome([node0: silent, node1: seen(.primary, on: timelineTwo), node2: seen(.standby)], passedOver: node1) == .elected([node1]))
        expectBlocked(try outcome([node0: silent, node1: seen(.primary, on: timelineTwo), node2: seen(.standby)], passedOver: node2), "did not promote it")
    }

    @Test("A primary that was replaced long ago is in nobody's way")
    func superseded() throws {
        #expect(try outcome([node0: silent, node1: seen(.primary, on: Timeline(0)), node2: seen(.standby)]) == .elected([node2]))
    }

    @Test("Without synchronous standbys max_lag_on_failover decides who is too far behind")
    func lag() throws {
        let answers = [node0: silent, node1: seen(.standby, wal: 200), node2: silent]
        #expect(try outcome(answers, rules: Election.Rules(mostLagBytes: 100)) == .elected([node1]))
        expectBlocked(try outcome(answers, rules: Election.Rules(mostLagBytes: 99)), "100 bytes behind")
    }

    @Test("Between equals the lost primary's zone comes before the lower id")
    func zone() throws {
        let zoned = [Node(id: node0, name: "node0", host: "", port: 1, zone: "a"), node(node1), Node(id: node2, name: "node2", host: "", port: 1, zone: "a")]
        #expect(try outcome([node0: silent, node1: seen(.standby), node2: seen(.standby)], nodes: zoned) == .elected([node2, node1]))
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
