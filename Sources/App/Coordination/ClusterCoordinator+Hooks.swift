package import ClusterModel
internal import Failover

/// What a failover asks of hooks before anything is promoted, and what it forbids them.
extension ClusterCoordinator {
    /// Why nobody may promote the node now; nil when it may be.
    package func objection(toPromoting id: NodeID) -> String? { state.objection(toPromoting: id, name: name) }

    /// Why nobody may start the node's server now; nil when it may be.
    package func objection(toStarting id: NodeID) -> String? { state.objection(toStarting: id, name: name) }

    /// What the events of a failover are about; `candidates` nil is the whole order of the last look. nil when the candidate is no node of ours.
    func request(_ loss: ClusterState.Loss, _ lost: Node, _ candidate: NodeID, _ candidates: [NodeID]?, _ answers: [NodeID: Election.Answer], attempt: Int = 1,
                 bundledOnly: Bool = false) -> PromotionRequest? {
        guard let node = node(candidate) else { return nil }
        let observations = answers.compactMapValues { if case .success(let seen) = $0 { seen } else { nil } }
        let standbys = observations.filter { $0.value.role == .standby }.sorted { $0.value.walEnd > $1.value.walEnd }.map(\.key)
        return PromotionRequest(event: loss.event, epoch: state.epoch, attempt: attempt, bundledOnly: bundledOnly, lost: lost, candidate: node,
                                candidates: candidates ?? standbys, nodes: nodes, observations: observations, lastPrimaryLSN: lastPosition(of: lost.id))
    }

    func choose(_ candidates: [NodeID], _ loss: ClusterState.Loss, _ lost: Node, _ answers: [NodeID: Election.Answer], _ patience: inout HookPatience) async -> [NodeID] {
        if let preferred, candidates.contains(preferred) { return [preferred] }
        if let choice = patience.choice(among: candidates, at: .now) { return choice }
        guard let best = candidates.first, let request = request(loss, lost, best, candidates, answers) else { return [] }
        let choice = await hands.chooseCandidate(request, reason: loss.reason)
        if let first = choice.first, !candidates.contains(first) {
            await record("choice_refused", node: first, "hooks chose \(name(first)), which may not be promoted: the engine's order stands")
        }
        patience.note(choice: choice, among: candidates)
        return choice
    }

    func approve(_ request: PromotionRequest?, _ patience: inout HookPatience) async -> FailoverProcedure.Fact {
        guard let request else { return .consented }
        let candidate = request.candidate.id
        if let veto = patience.veto(of: candidate, at: .now) { return .vetoed(reason: veto.reason, wantsNext: veto.wantsNext) }
        guard case .refused(let reason, let retry, let wantsNext) = await hands.approveFailover(request) else { return .consented }
        guard patience.note(vetoOf: candidate, reason: reason, wantsNext: wantsNext, retry: retry, at: .now) else {
            await record("veto_overruled", node: candidate, "max_veto is over: the failover goes on against \(reason)")
            return .consented
        }
        await record("failover_vetoed", node: candidate, "the promotion of \(name(candidate)) was vetoed: \(reason)")
        return .vetoed(reason: reason, wantsNext: wantsNext)
    }

    /// Waits for the hooks only where nothing may be promoted without.
    func fence(_ request: PromotionRequest?, _ patience: inout HookPatience) async -> FailoverProcedure.Fact {
        guard let request else { return .fenced }
        guard rules.requiresFencing else {
            await tell(ClusterNotice(.fencing(request), event: request.event, parent: request.event))
            return .fenced
        }
        if let reason = patience.unfenced(at: .now) { return .notFenced(reason: reason) }
        let problem: String
        switch await hands.fencePrimary(request) {
        case .fenced:
            await record("primary_fenced", node: request.lost.id, "\(request.lost.name) is fenced")
            return .fenced
        case .nobody: problem = "fencing = required, and no hook took care of fence_primary"
        case .failed(let reason): problem = "\(request.lost.name) was not fenced: \(reason)"
        }
        await record("fencing_failed", node: request.lost.id, problem)
        await tell(ClusterNotice(.alert(.critical, title: "fencing failed", text: problem, node: request.lost), parent: request.event))
        patience.note(unfenced: problem, at: .now)
        return .notFenced(reason: problem)
    }
}
