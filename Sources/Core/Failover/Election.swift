package import ClusterModel

/// Chooses the standby to promote from what the nodes themselves said, after the gate was closed and they were sealed.
///
/// Every node that is not chosen gets a reason, so that a blocked failover explains itself.
package struct Election: Hashable, Sendable {
    /// What one node answered: an observation, or why there is none.
    package typealias Answer = Result<NodeObservation, NodeSilence>

    /// What the configuration says about candidates.
    package struct Rules: Hashable, Sendable {
        /// A standby that is further than this behind what was seen of the lost primary is not promoted; nil promotes it all the same.
        package var mostLagBytes: UInt64?

        package init(mostLagBytes: UInt64? = nil) { self.mostLagBytes = mostLagBytes }
    }

    /// How an election ends.
    package enum Outcome: Hashable, Sendable {
        /// These may be promoted, the best first: never empty. With synchronous standbys none of them lacks what one of those holds.
        case elected([NodeID])
        /// The lost primary answers and is writable on the timeline it was lost on.
        case primaryIsBack(NodeObservation)
        /// Nobody may be promoted now. `reason` names each node and what is wrong with it.
        case blocked(reason: String)
    }

    private typealias Candidate = (node: Node, seen: NodeObservation)

    private let nodes: [Node]
    private let loss: ClusterState.Loss
    private let identifier: SystemIdentifier
    private let timeline: Timeline
    private let synchronousSet: SynchronousSet
    private let rules: Rules
    /// The furthest position seen of the lost primary.
    private let lastPosition: LogSequenceNumber?
    /// Those that an operator keeps out of service, and why.
    private let held: [NodeID: String]

    /// `lastPosition`: the furthest that was seen of the lost primary; nil where it was not seen.
    package init(nodes: [Node], state: ClusterState, rules: Rules = Rules(), lastPosition: LogSequenceNumber? = nil) {
        guard let loss = state.loss, let identifier = state.systemIdentifier, let timeline = state.timeline else {
            preconditionFailure("an election without a lost primary: \(state.phase)")
        }
        self.nodes = nodes
        self.loss = loss
        self.identifier = identifier
        self.timeline = timeline
        synchronousSet = loss.isLossAccepted ? .none : state.synchronousSet
        self.rules = rules
        self.lastPosition = lastPosition
        held = Dictionary(uniqueKeysWithValues: nodes.compactMap { node in state.hold(of: node.id).map { (node.id, $0.words) } })
    }

    /// Judges what every node answered after it was sealed; a node that is missing from `answers` counts as not asked, one that is
    /// missing from `seals` as not sealed.
    package func outcome(of answers: [NodeID: Answer], seals: [NodeID: Seal]) -> Outcome {
        if loss.passedOver.isEmpty, held[loss.primary] == nil, case .success(let seen)? = answers[loss.primary],
           seen.role == .primary, seen.systemIdentifier == identifier, seen.timeline == timeline { return .primaryIsBack(seen) }

        let others = nodes.filter { $0.id != loss.primary }
        if let outcome = judgeWritable(others, answers) { return outcome }
        var candidates: [Candidate] = []
        var objections: [String] = []
        for node in others {
            switch judge(node, answers[node.id] ?? .failure(NodeSilence("was not asked")), seals[node.id]) {
            case .success(let seen): candidates.append((node, seen))
            case .failure(let objection): objections.append("\(node.name) \(objection.reason)")
            }
        }
        let heard = heard(answers, seals)
        if let missing = missingFromQuorum(heard, answers, seals) { return .blocked(reason: missing) }
        if let freshest = heard.filter({ $0.seen.timeline == timeline }).max(by: { $0.seen.walEnd < $1.seen.walEnd }) {
            let behind = candidates.filter { $0.seen.walEnd < freshest.seen.walEnd }
            objections += behind.map { "\($0.node.name) lacks WAL that \(freshest.node.name) has and that may be acknowledged" }
            candidates.removeAll { $0.seen.walEnd < freshest.seen.walEnd }
        }
        guard !candidates.isEmpty else { return .blocked(reason: objections.isEmpty ? "there is no standby" : objections.joined(separator: "; ")) }
        return .elected(candidates.sorted(by: isBetter).map(\.node.id))
    }

    // MARK: Each node

    private struct Objection: Error { let reason: String }

    /// A server that is writable already: our own promotion that took effect late, or a reason to promote nobody.
    private func judgeWritable(_ others: [Node], _ answers: [NodeID: Answer]) -> Outcome? {
        let writable: [Candidate] = others.compactMap { node in
            // An older timeline is that of a primary that was replaced long ago: nobody is sent there, whoever is promoted.
            guard case .success(let seen)? = answers[node.id], seen.role == .primary, seen.systemIdentifier == identifier, seen.timeline >= timeline else { return nil }
            return (node, seen)
        }
        guard let first = writable.first else { return nil }
        if writable.count == 1, loss.passedOver.contains(first.node.id), first.seen.timeline > timeline { return .elected([first.node.id]) }
        return .blocked(reason: writable.map { "\($0.node.name) is writable on timeline \($0.seen.timeline), but Understudy did not promote it" }.joined(separator: "; "))
    }

    private func judge(_ node: Node, _ answer: Answer, _ seal: Seal?) -> Result<NodeObservation, Objection> {
        func no(_ reason: String) -> Result<NodeObservation, Objection> { .failure(Objection(reason: reason)) }
        switch answer {
        case .failure(let silence): return no(silence.reason)
        case .success(let seen):
            if seen.systemIdentifier != identifier { return no("belongs to another cluster (system identifier \(seen.systemIdentifier), ours is \(identifier))") }
            if seen.role == .primary { return no("is writable on timeline \(seen.timeline), but Understudy did not promote it") }
            if seen.timeline != timeline { return no("is on timeline \(seen.timeline), the lost primary was on \(timeline)") }
            if let words = held[node.id] { return no(words) }
            if node.priority == 0 { return no("has priority 0 and is never promoted") }
            if seen.isReplayPaused { return no("has its WAL replay paused (pg_wal_replay_resume() ends that)") }
            switch seal {
            case .sealed, .impossible: break
            case .pending(let reason): return no(reason)
            case nil: return no("is not sealed")
            }
            if let most = rules.mostLagBytes, let lag = lastPosition?.bytesAhead(of: seen.walEnd), lag > most, !loss.isLossAccepted {
                return no("is \(lag) bytes behind what was seen of the lost primary, more than max_lag_on_failover")
            }
            return .success(seen)
        }
    }

    private func isBetter(_ a: Candidate, _ b: Candidate) -> Bool {
        let lostZone = nodes.first { $0.id == loss.primary }?.zone ?? ""
        let aIsLast = loss.passedOver.contains(a.node.id), bIsLast = loss.passedOver.contains(b.node.id)
        if aIsLast != bIsLast { return bIsLast }
        if a.seen.walEnd != b.seen.walEnd { return a.seen.walEnd > b.seen.walEnd }
        if a.node.priority != b.node.priority { return a.node.priority > b.node.priority }
        if !lostZone.isEmpty, (a.node.zone == lostZone) != (b.node.zone == lostZone) { return a.node.zone == lostZone }
        return a.node.id < b.node.id
    }

    // MARK: The synchronous rule

    /// The synchronous standbys that were heard, and whose position stays what it is. One on another timeline holds nothing of the lost
    /// primary's that was ever confirmed, and has been heard all the same.
    private func heard(_ answers: [NodeID: Answer], _ seals: [NodeID: Seal]) -> [Candidate] {
        nodes.compactMap { node in
            guard synchronousSet.members.contains(node.id), case .success(let seen)? = answers[node.id], seen.role == .standby,
                  seen.systemIdentifier == identifier, seals[node.id]?.isEvidence == true else { return nil }
            return (node, seen)
        }
    }

    /// Names the synchronous standbys without which an acknowledged commit could be missing; nil when enough were heard.
    private func missingFromQuorum(_ heard: [Candidate], _ answers: [NodeID: Answer], _ seals: [NodeID: Seal]) -> String? {
        guard heard.count < synchronousSet.neededForElection else { return nil }
        let silent = nodes.filter { node in synchronousSet.members.contains(node.id) && !heard.contains { $0.node.id == node.id } }
        let reasons = silent.map { node in
            if case .failure(let silence)? = answers[node.id] { return "\(node.name) \(silence.reason)" }
            if case .pending(let reason)? = seals[node.id] { return "\(node.name) \(reason)" }
            return "\(node.name) is no standby of this cluster"
        }
        return "acknowledged commits may be only on \(silent.map(\.name).joined(separator: ", ")): \(synchronousSet.neededForElection) of "
            + "\(synchronousSet.members.count) synchronous standbys must be heard before one is promoted (\(reasons.joined(separator: "; "))). "
            + "`understudy failover --accept-loss` goes on without"
    }
}

/// Why a node could not be looked at.
package struct NodeSilence: Error, Hashable, Sendable {
    /// Follows the node's name in a sentence: `refuses connections`.
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}
