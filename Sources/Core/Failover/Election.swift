package import ClusterModel

/// Chooses the standby to promote from what the nodes themselves said, after the gate was closed.
///
/// Every node that is not chosen gets a reason, so that a blocked failover explains itself.
package struct Election: Hashable, Sendable {
    /// What one node answered: an observation, or why there is none.
    package typealias Answer = Result<NodeObservation, NodeSilence>

    /// How an election ends.
    package enum Outcome: Hashable, Sendable {
        /// These may be promoted, the best first: never empty. With synchronous standbys only the freshest are among them, because
        /// an acknowledged commit may be on those alone.
        case elected([NodeID])
        /// The lost primary answers and is writable on the timeline it was lost on.
        case primaryIsBack(NodeObservation)
        /// Nobody may be promoted now. `reason` names each node and what is wrong with it.
        case blocked(reason: String)
    }

    private let nodes: [Node]
    private let state: ClusterState

    package init(nodes: [Node], state: ClusterState) {
        self.nodes = nodes
        self.state = state
    }

    /// Judges what every node answered; a node that is missing from `answers` counts as not asked.
    package func outcome(of answers: [NodeID: Answer]) -> Outcome {
        guard let loss = state.loss, let identifier = state.systemIdentifier, let timeline = state.timeline else {
            preconditionFailure("an election without a lost primary: \(state.phase)")
        }
        if loss.passedOver.isEmpty, case .success(let seen)? = answers[loss.primary],
           seen.role == .primary, seen.systemIdentifier == identifier, seen.timeline == timeline { return .primaryIsBack(seen) }

        var candidates: [(node: Node, seen: NodeObservation)] = []
        var objections: [String] = []
        for node in nodes where node.id != loss.primary {
            switch judge(node, answers[node.id] ?? .failure(NodeSilence("was not asked")), loss, identifier, timeline) {
            case .success(let seen): candidates.append((node, seen))
            case .failure(let objection):
                objections.append("\(node.name) \(objection.reason)")
                if objection.forbidsElection { return .blocked(reason: objections.joined(separator: "; ")) }
            }
        }
        if let missing = missingFromQuorum(answers) { return .blocked(reason: missing) }
        candidates.sort(by: isBetter)
        guard let best = candidates.first else {
            return .blocked(reason: objections.isEmpty ? "there is no standby" : objections.joined(separator: "; "))
        }
        if !state.synchronousSet.members.isEmpty { candidates.removeAll { $0.seen.walEnd < best.seen.walEnd } }
        return .elected(candidates.map(\.node.id))
    }

    private struct Objection: Error {
        let reason: String
        /// Promoting anybody at all would make a second writable server.
        var forbidsElection = false
    }

    private func judge(_ node: Node, _ answer: Answer, _ loss: ClusterState.Loss, _ identifier: SystemIdentifier,
                       _ timeline: Timeline) -> Result<NodeObservation, Objection> {
        switch answer {
        case .failure(let silence): return .failure(Objection(reason: silence.reason))
        case .success(let seen):
            if seen.systemIdentifier != identifier {
                return .failure(Objection(reason: "belongs to another cluster (system identifier \(seen.systemIdentifier), ours is \(identifier))"))
            }
            if seen.role == .primary {
                // An older timeline is that of a primary that was replaced long ago: nobody is sent there, whoever is promoted.
                return .failure(Objection(reason: "is writable on timeline \(seen.timeline), but Understudy did not promote it", forbidsElection: seen.timeline >= timeline))
            }
            if seen.timeline != timeline {
                return .failure(Objection(reason: "is on timeline \(seen.timeline), the lost primary was on \(timeline)"))
            }
            if loss.passedOver.contains(node.id) { return .failure(Objection(reason: "was tried and could not be promoted")) }
            if node.priority == 0 { return .failure(Objection(reason: "has priority 0 and is never promoted")) }
            if seen.isReplayPaused { return .failure(Objection(reason: "has its WAL replay paused (pg_wal_replay_resume() ends that)")) }
            return .success(seen)
        }
    }

    /// Names the synchronous standbys without which an acknowledged commit could be missing; nil when enough answered.
    private func missingFromQuorum(_ answers: [NodeID: Answer]) -> String? {
        let set = state.synchronousSet
        let silent = set.members.filter { if case .success? = answers[$0] { false } else { true } }
        guard set.members.count - silent.count < set.neededForElection else { return nil }
        let names = nodes.filter { silent.contains($0.id) }.map(\.name).joined(separator: ", ")
        return "acknowledged commits may be only on \(names), which does not answer: \(set.neededForElection) of "
            + "\(set.members.count) synchronous standbys must be reachable before one is promoted"
    }

    private func isBetter(_ a: (node: Node, seen: NodeObservation), _ b: (node: Node, seen: NodeObservation)) -> Bool {
        if a.seen.walEnd != b.seen.walEnd { return a.seen.walEnd > b.seen.walEnd }
        if a.node.priority != b.node.priority { return a.node.priority > b.node.priority }
        return a.node.id < b.node.id
    }
}

/// Why a node could not be looked at.
package struct NodeSilence: Error, Hashable, Sendable {
    /// Follows the node's name in a sentence: `refuses connections`.
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}
