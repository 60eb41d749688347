package import ClusterModel

/// An unplanned failover, from the loss that the log records to an open gate: close, seal, observe, choose, approve, fence, prepare,
/// promote, verify, open.
///
/// Pure: each fact answers the action before it, and the next action follows. Built from `ClusterState` alone, so a
/// restarted daemon continues where the log says it was; what was done twice around a crash is idempotent.
package struct FailoverProcedure: Sendable {
    /// What to do now. Each is answered by exactly one `Fact`.
    package enum Action: Hashable, Sendable {
        /// Cut every backend of the old epoch in every shard; answered by `gateClosed`.
        case closeGate
        /// Cut every node but the lost primary off from its WAL; answered by `sealed`.
        case seal
        /// Ask every node afresh; answered by `answered`.
        case observe
        /// Ask which of these to promote, the best first; answered by `chosen`.
        case choose(candidates: [NodeID])
        /// Ask whether the candidate may be promoted; answered by `consented` or `vetoed`.
        case approve(candidate: NodeID, candidates: [NodeID])
        /// Keep the old primary from writing; answered by `fenced` or `notFenced`.
        case fence(candidate: NodeID, candidates: [NodeID])
        /// Put the command in the log; answered by `recorded` or `refused`.
        case record(ClusterCommand)
        /// Have the candidate wait, once it is the primary, for standbys that there are; answered by `prepared`, whatever came of it.
        case prepare(candidate: NodeID)
        /// Run the `failover` event for the candidate; answered by `hookDone` or `hookFailed`.
        case runHook(candidate: NodeID, attempt: Int, bundledOnly: Bool)
        /// Look at the candidate; answered by `verified`.
        case verify(candidate: NodeID)
        /// Let the nodes receive WAL again: the lost primary is open again. Answered by `unsealed`, whatever came of it.
        case unseal
        /// Nothing can be done now; answered by `retried` after `pause`.
        case wait(reason: String)
        /// The log says who is primary: hand it to the shards. The procedure is over.
        case finish(Outcome)
    }

    /// What came of the last action.
    package enum Fact: Sendable {
        case gateClosed
        case sealed([NodeID: Seal])
        case unsealed
        case answered([NodeID: Election.Answer])
        /// In the order of preference; empty is no opinion, and a node that may not be promoted is passed over.
        case chosen([NodeID])
        case consented
        /// `wantsNext`: not this candidate; otherwise not now.
        case vetoed(reason: String, wantsNext: Bool)
        case fenced
        /// And it must be, so nothing is promoted.
        case notFenced(reason: String)
        case prepared
        case recorded
        /// The log did not take the last command: somebody decided otherwise.
        case refused(reason: String)
        case hookDone
        case hookFailed(reason: String)
        case verified(Election.Answer)
        case retried
    }

    /// How the procedure ended.
    package enum Outcome: Hashable, Sendable {
        case promoted(NodeID)
        /// The old primary serves again under a new epoch.
        case reopened(NodeID)
        /// Given up, and why; the state in the log says what goes on.
        case abandoned(reason: String)

        /// The case's name, for hooks and programs.
        package var word: String {
            switch self {
            case .promoted: "promoted"
            case .reopened: "reopened"
            case .abandoned: "abandoned"
            }
        }
    }

    /// Where the procedure stands; each case names the action it waits for.
    package enum Step: Hashable, Sendable {
        case closingGate
        case sealing
        case observing([NodeID: Seal])
        case choosing([NodeID])
        case approving(NodeID, [NodeID])
        case fencing(NodeID)
        case recordingReopening(SynchronousSet)
        case recordingCandidate(NodeID)
        case preparing(NodeID)
        case promoting(NodeID, attempt: Int)
        case verifying(NodeID, attempt: Int, failure: String?)
        case recordingPassedOver
        case recordingPrimary(NodeID, SynchronousSet)
        case recordingSynchronousSet(Outcome)
        case unsealing(Outcome)
        case waiting
        case finished
    }

    /// Attempts at one candidate. After the first failure only the bundled hook is asked: a broken site hook must not keep a cluster down.
    package static let attemptsPerCandidate = 3
    /// Between two looks at a cluster in which nobody can be promoted.
    package static let pause = Duration.milliseconds(250)

    package private(set) var step = Step.closingGate
    /// Candidates that hooks do not want; forgotten when nobody else is left, so that they are asked again.
    private var declined: Set<NodeID> = []
    private let nodes: [Node]
    private let rules: Election.Rules
    private let lastPosition: LogSequenceNumber?

    /// Begins, or resumes, the failover for the loss that the log records. `lastPosition`: the furthest that was seen of the lost primary.
    package init(nodes: [Node], rules: Election.Rules = Election.Rules(), lastPosition: LogSequenceNumber? = nil) {
        self.nodes = nodes
        self.rules = rules
        self.lastPosition = lastPosition
    }

    /// The first action.
    package func begin() -> Action { .closeGate }

    /// Takes the answer to the last action. `state` is the log's, as of now.
    package mutating func next(_ fact: Fact, _ state: ClusterState) -> Action {
        guard state.loss != nil || isRecording else { return finish(.abandoned(reason: "no loss is recorded any more")) }
        switch (step, fact) {
        case (.closingGate, .gateClosed): return resume(state)
        case (.sealing, .sealed(let seals)):
            // Compared is only what was said after the receivers had ended.
            step = .observing(seals)
            return .observe
        case (.observing(let seals), .answered(let answers)): return elect(answers, seals, state)
        case (.choosing(let candidates), .chosen(let preference)): return choose(preference, candidates)
        case (.approving(let candidate, let candidates), .consented):
            step = .fencing(candidate)
            return .fence(candidate: candidate, candidates: candidates)
        case (.approving(let candidate, let candidates), .vetoed(let reason, let wantsNext)): return veto(reason, candidate, candidates, wantsNext)
        case (.fencing(let candidate), .fenced):
            step = .recordingCandidate(candidate)
            return .record(.promote(candidate: candidate, epoch: state.epoch))
        case (.fencing, .notFenced(let reason)): return wait(reason)
        case (.waiting, .retried): return resume(state)
        case (.recordingReopening(let set), .recorded): return open(state.openPrimary.map(Outcome.reopened) ?? .abandoned(reason: "the log closed again"), set, state)
        case (.recordingCandidate(let candidate), .recorded): return prepare(candidate)
        case (.preparing(let candidate), .prepared): return promote(candidate, attempt: 1)
        case (.promoting(let candidate, let attempt), .hookDone): return verify(candidate, attempt, failure: nil)
        case (.promoting(let candidate, let attempt), .hookFailed(let reason)): return verify(candidate, attempt, failure: reason)
        case (.verifying(let candidate, let attempt, let failure), .verified(let answer)):
            return judge(candidate, attempt, failure, answer, state)
        case (.recordingPassedOver, .recorded): return seal()
        case (.recordingPrimary(let primary, let set), .recorded): return open(.promoted(primary), set, state)
        case (.recordingSynchronousSet(let outcome), .recorded): return unseal(outcome)
        case (.unsealing(let outcome), .unsealed): return finish(outcome)
        case (_, .refused(let reason)): return finish(.abandoned(reason: reason))
        default: preconditionFailure("a failover at \(step) was told \(fact)")
        }
    }

    private var isRecording: Bool {
        switch step {
        case .recordingReopening, .recordingPrimary, .recordingSynchronousSet, .unsealing: true
        case .closingGate, .sealing, .observing, .choosing, .approving, .fencing, .recordingCandidate, .preparing, .promoting, .verifying, .recordingPassedOver, .waiting, .finished: false
        }
    }

    /// A promotion that the log already names is finished first, and no other node is looked at.
    private mutating func resume(_ state: ClusterState) -> Action {
        if case .promoting(let candidate, _) = state.phase { return prepare(candidate) }
        return seal()
    }

    private mutating func seal() -> Action {
        step = .sealing
        return .seal
    }

    private mutating func elect(_ answers: [NodeID: Election.Answer], _ seals: [NodeID: Seal], _ state: ClusterState) -> Action {
        switch Election(nodes: nodes, state: state, rules: rules, lastPosition: lastPosition).outcome(of: answers, seals: seals) {
        case .elected(let all):
            var candidates = all.filter { !declined.contains($0) }
            if candidates.isEmpty {
                declined = []
                candidates = all
            }
            step = .choosing(candidates)
            return .choose(candidates: candidates)
        case .primaryIsBack(let seen):
            guard let loss = state.loss else { preconditionFailure("a primary came back that was never lost") }
            step = .recordingReopening(synchronousSet(of: loss.primary, seen))
            return .record(.reopen(primary: loss.primary, epoch: state.epoch))
        case .blocked(let reason): return wait(reason)
        }
    }

    /// The first of `preference` that may be promoted, else the engine's own first.
    private mutating func choose(_ preference: [NodeID], _ candidates: [NodeID]) -> Action {
        guard let candidate = preference.first(where: candidates.contains) ?? candidates.first else {
            preconditionFailure("a failover elected nobody and went on")
        }
        step = .approving(candidate, candidates)
        return .approve(candidate: candidate, candidates: candidates)
    }

    private mutating func veto(_ reason: String, _ candidate: NodeID, _ candidates: [NodeID], _ wantsNext: Bool) -> Action {
        guard wantsNext else { return wait(reason) }
        declined.insert(candidate)
        // With nobody else left it is asked again, after a pause.
        return candidates.allSatisfy(declined.contains) ? wait(reason) : seal()
    }

    private mutating func wait(_ reason: String) -> Action {
        step = .waiting
        return .wait(reason: reason)
    }

    private mutating func prepare(_ candidate: NodeID) -> Action {
        step = .preparing(candidate)
        return .prepare(candidate: candidate)
    }

    private mutating func promote(_ candidate: NodeID, attempt: Int) -> Action {
        step = .promoting(candidate, attempt: attempt)
        return .runHook(candidate: candidate, attempt: attempt, bundledOnly: attempt > 1)
    }

    private mutating func verify(_ candidate: NodeID, _ attempt: Int, failure: String?) -> Action {
        step = .verifying(candidate, attempt: attempt, failure: failure)
        return .verify(candidate: candidate)
    }

    /// The database says whether the hook did its work; the hook's own word decides nothing.
    private mutating func judge(_ candidate: NodeID, _ attempt: Int, _ failure: String?, _ answer: Election.Answer, _ state: ClusterState) -> Action {
        switch answer {
        case .success(let seen) where seen.role == .primary:
            guard seen.systemIdentifier == state.systemIdentifier, let before = state.timeline, seen.timeline > before else {
                return passOver(candidate, "became writable on timeline \(seen.timeline), which does not descend from ours", state)
            }
            step = .recordingPrimary(candidate, synchronousSet(of: candidate, seen))
            return .record(.primaryIs(primary: candidate, epoch: state.epoch, timeline: seen.timeline))
        case .failure(let silence) where failure != nil:
            return passOver(candidate, silence.reason, state)
        case .success, .failure:
            if attempt < Self.attemptsPerCandidate { return promote(candidate, attempt: attempt + 1) }
            // A server that was asked to promote may still obey: passing it over while it lives could make two primaries.
            return wait("node \(candidate) was to be promoted and is not writable: \(failure ?? "the hook reported no error")")
        }
    }

    private mutating func passOver(_ candidate: NodeID, _ reason: String, _ state: ClusterState) -> Action {
        step = .recordingPassedOver
        return .record(.passOver(candidate: candidate, epoch: state.epoch, reason: reason))
    }

    /// The log says who is primary. Whose word its commits need is there too before the first of them can be acknowledged.
    private mutating func open(_ outcome: Outcome, _ set: SynchronousSet, _ state: ClusterState) -> Action {
        guard set != state.synchronousSet, state.openPrimary != nil else { return unseal(outcome) }
        step = .recordingSynchronousSet(outcome)
        return .record(.setSynchronousSet(set, epoch: state.epoch))
    }

    /// After a promotion the others stay sealed: what they held on to is not the primary any more.
    private mutating func unseal(_ outcome: Outcome) -> Action {
        guard case .reopened = outcome else { return finish(outcome) }
        step = .unsealing(outcome)
        return .unseal
    }

    private func synchronousSet(of primary: NodeID, _ seen: NodeObservation) -> SynchronousSet {
        SynchronousSet(setting: seen.synchronousStandbyNames, nodes: nodes, primary: primary)
    }

    private mutating func finish(_ outcome: Outcome) -> Action {
        step = .finished
        return .finish(outcome)
    }
}
