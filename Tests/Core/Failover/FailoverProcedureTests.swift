import ClusterModel
import Testing
@testable import Failover

/// A cluster that does what the procedure's actions ask, for as long as the test lets the daemon live.
private struct ModelCluster {
    var state: ClusterState
    var answers: [NodeID: Election.Answer]
    var promotions: [NodeID] = []
    /// Hook attempts that fail before one works.
    var hookFailures = 0
    /// A node that dies when the hook touches it.
    var diesInHook: NodeID?
    var actions: [FailoverProcedure.Action] = []
    /// synchronous_standby_names of the node that is promoted.
    var namesAfterwards = ""
    /// What hooks prefer.
    var preference: [NodeID] = []
    /// What hooks say to each candidate, once each; then they consent.
    var vetoes: [NodeID: [Bool]] = [:]
    /// Times that the old primary cannot be fenced although it must be.
    var fencingFailures = 0

    /// Runs until finished, or until `life` actions were performed; nil then. The last action is performed but its answer is lost.
    mutating func run(life: Int = 50) throws -> FailoverProcedure.Outcome? {
        var procedure = FailoverProcedure(nodes: threeNodes)
        var action = procedure.begin()
        for _ in 0..<life {
            actions.append(action)
            if case .finish(let outcome) = action { return outcome }
            action = procedure.next(try perform(action), state)
        }
        return nil
    }

    private mutating func perform(_ action: FailoverProcedure.Action) throws -> FailoverProcedure.Fact {
        switch action {
        case .closeGate: return .gateClosed
        case .seal: return .sealed(allSealed)
        case .observe: return .answered(answers)
        case .unseal: return .unsealed
        case .prepare: return .prepared
        case .choose: return .chosen(preference)
        case .approve(let candidate, _):
            guard let wantsNext = vetoes[candidate]?.first else { return .consented }
            vetoes[candidate]?.removeFirst()
            return .vetoed(reason: "not \(candidate)", wantsNext: wantsNext)
        case .fence:
            if fencingFailures == 0 { return .fenced }
            fencingFailures -= 1
            return .notFenced(reason: "no answer from its power supply")
        case .record(let command):
            do { try state.apply(command) } catch { return .refused(reason: error.description) }
            return .recorded
        case .runHook(let candidate, _, _): return hook(candidate)
        case .verify(let candidate): return .verified(try #require(answers[candidate]))
        case .wait: return .retried
        case .finish: preconditionFailure("finished")
        }
    }

    private mutating func hook(_ candidate: NodeID) -> FailoverProcedure.Fact {
        if diesInHook == candidate { answers[candidate] = silent }
        if case .failure(let silence)? = answers[candidate] { return .hookFailed(reason: silence.reason) }
        if hookFailures > 0 {
            hookFailures -= 1
            return .hookFailed(reason: "failover.lua:9: boom")
        }
        if case .success(let seen)? = answers[candidate], seen.role == .standby { promotions.append(candidate) }
        answers[candidate] = seen(.primary, on: timelineTwo).map { seen in
            var seen = seen
            seen.synchronousStandbyNames = namesAfterwards
            return seen
        }
        return .hookDone
    }

    static func lostPrimary(synchronous: SynchronousSet = .none) throws -> ModelCluster {
        ModelCluster(state: try .lost(synchronous: synchronous),
                     answers: [node0: silent, node1: seen(.standby, wal: 200), node2: seen(.standby, wal: 100)])
    }
}

@Suite("FailoverProcedure")
struct FailoverProcedureTests {
    @Test("Close, seal, observe, choose, approve, fence, record, prepare, promote, verify, record, open: in this order")
    func order() throws {
        var model = try ModelCluster.lostPrimary()
        #expect(try model.run() == .promoted(node1))
        #expect(model.actions == [
            .closeGate, .seal, .observe, .choose(candidates: [node1, node2]), .approve(candidate: node1, candidates: [node1, node2]),
            .fence(candidate: node1, candidates: [node1, node2]), .record(.promote(candidate: node1, epoch: Epoch(2))),
            .prepare(candidate: node1), .runHook(candidate: node1, attempt: 1, bundledOnly: false), .verify(candidate: node1),
            .record(.primaryIs(primary: node1, epoch: Epoch(2), timeline: timelineTwo)), .finish(.promoted(node1)),
        ])
        #expect(model.state.openPrimary == node1)
    }

    @Test("Killed after any number of actions and started again, it promotes one node once and opens it", arguments: 1...11)
    func crash(_ life: Int) throws {
        var model = try ModelCluster.lostPrimary()
        #expect(try model.run(life: life) == nil)
        // Nothing is left to do when the crash came after the last entry of the log.
        if model.state.loss != nil { #expect(try model.run() == .promoted(node1)) }
        #expect(model.promotions == [node1])
        #expect(model.state.openPrimary == node1)
        #expect(model.state.epoch == Epoch(2))
    }

    @Test("A failing hook is tried again with the bundled one alone, within the epoch")
    func hookFails() throws {
        var model = try ModelCluster.lostPrimary()
        model.hookFailures = 1
        #expect(try model.run() == .promoted(node1))
        #expect(model.actions.contains(.runHook(candidate: node1, attempt: 2, bundledOnly: true)))
        #expect(model.state.epoch == Epoch(2))
    }

    @Test("A candidate that dies is passed over for the next under a higher epoch")
    func candidateDies() throws {
        var model = try ModelCluster.lostPrimary()
        model.diesInHook = node1
        #expect(try model.run() == .promoted(node2))
        #expect(model.state.epoch == Epoch(3))
        #expect(model.promotions == [node2])
    }

    @Test("A synchronous candidate that dies blocks the failover rather than lose what only it holds")
    func synchronousCandidateDies() throws {
        var model = try ModelCluster.lostPrimary(synchronous: SynchronousSet(members: [node1], required: 1))
        model.diesInHook = node1
        #expect(try model.run() == nil)
        #expect(model.promotions.isEmpty)
        #expect(model.state.openPrimary == nil)
    }

    @Test("A candidate that lives but does not obey is asked again, never passed over")
    func stubborn() throws {
        var model = try ModelCluster.lostPrimary()
        model.hookFailures = 7
        #expect(try model.run() == .promoted(node1))
        #expect(model.promotions == [node1])
        #expect(model.actions.contains { if case .wait = $0 { true } else { false } })
    }

    @Test("The old primary back before a promotion is re-opened under the next epoch, nothing promoted")
    func back() throws {
        var model = try ModelCluster.lostPrimary()
        model.answers[node0] = seen(.primary)
        #expect(try model.run() == .reopened(node0))
        #expect(model.promotions.isEmpty)
        #expect(model.state.epoch == Epoch(3))
        #expect(model.actions.suffix(2) == [.unseal, .finish(.reopened(node0))])
    }

    @Test("Whose word the new primary's commits need is on record before its gate opens")
    func synchronousSetOfTheNew() throws {
        var model = try ModelCluster.lostPrimary()
        model.namesAfterwards = "FIRST 1 (node1, node2)"
        #expect(try model.run() == .promoted(node1))
        #expect(model.state.synchronousSet == SynchronousSet(members: [node2], required: 1))
    }

    @Test("The old primary back after the promotion was recorded changes nothing")
    func backLate() throws {
        var model = try ModelCluster.lostPrimary()
        #expect(try model.run(life: 7) == nil)
        model.answers[node0] = seen(.primary)
        #expect(try model.run() == .promoted(node1))
    }

    @Test("What hooks prefer is promoted, if it may be")
    func preferred() throws {
        var model = try ModelCluster.lostPrimary()
        model.preference = [node0, node2]
        #expect(try model.run() == .promoted(node2))
    }

    @Test("With synchronous standbys only the freshest may be chosen: acknowledged commits may be on it alone")
    func preferredAndBehind() throws {
        var model = try ModelCluster.lostPrimary(synchronous: SynchronousSet(members: [node1, node2], required: 1))
        model.preference = [node2]
        #expect(try model.run() == .promoted(node1))
        #expect(model.actions.contains(.choose(candidates: [node1])))
    }

    @Test("A veto waits and asks again; nothing is fenced or promoted meanwhile")
    func vetoed() throws {
        var model = try ModelCluster.lostPrimary()
        model.vetoes = [node1: [false]]
        #expect(try model.run() == .promoted(node1))
        let waited = try #require(model.actions.firstIndex(of: .wait(reason: "not 1")))
        #expect(!model.actions[..<waited].contains { if case .fence = $0 { true } else { false } })
    }

    @Test("A veto that wants another candidate takes the next one; with nobody left the first is asked again")
    func vetoedForNext() throws {
        var model = try ModelCluster.lostPrimary()
        model.vetoes = [node1: [true]]
        #expect(try model.run() == .promoted(node2))
        model = try .lostPrimary()
        model.vetoes = [node1: [true], node2: [true]]
        #expect(try model.run() == .promoted(node1))
        #expect(model.actions.contains(.wait(reason: "not 2")))
    }

    @Test("The old primary that comes back during a veto is re-opened")
    func backDuringVeto() throws {
        var model = try ModelCluster.lostPrimary()
        model.vetoes = [node1: [Bool](repeating: false, count: 100)]
        #expect(try model.run(life: 20) == nil)
        model.answers[node0] = seen(.primary)
        #expect(try model.run() == .reopened(node0))
    }

    @Test("While the old primary must be fenced and is not, nothing is promoted")
    func notFenced() throws {
        var model = try ModelCluster.lostPrimary()
        model.fencingFailures = 2
        #expect(try model.run() == .promoted(node1))
        let promoted = try #require(model.actions.firstIndex(of: .record(.promote(candidate: node1, epoch: Epoch(2)))))
        #expect(model.actions[..<promoted].count { if case .fence = $0 { true } else { false } } == 3)
    }

    @Test("With no loss recorded there is nothing to do")
    func nothing() throws {
        var model = ModelCluster(state: try .open(), answers: [:])
        #expect(try model.run() == .abandoned(reason: "no loss is recorded any more"))
    }
}
