package import ClusterModel

/// What the cluster would do if nodes were lost now: a truth table, by the rules that would be applied.
package struct WhatIf: Hashable, Sendable {
    /// What becomes of writes.
    package enum Consequence: Hashable, Sendable {
        /// They go on.
        case goOn
        /// They wait until enough synchronous standbys are back.
        case wait(reason: String)
        /// They are held until this node was promoted, which nobody has to ask for.
        case failOver(to: NodeID)
        /// They are held until somebody does something.
        case stop(reason: String)
    }

    /// One loss.
    package struct Row: Hashable, Sendable {
        package let lost: [NodeID]
        package let writes: Consequence
        /// What was acknowledged and would be gone, at most; nil where nothing would, or where it is not known.
        package let exposure: Lag?
    }

    package let rows: [Row]

    /// `answers`: what every node said last.
    package init(nodes: [Node], state: ClusterState, answers: [NodeID: Election.Answer]) {
        let judge = Judge(nodes: nodes, state: state, answers: answers)
        guard let primary = state.openPrimary else {
            rows = []
            return
        }
        let standbys = nodes.map(\.id).filter { $0 != primary }
        var losses = nodes.map { [$0.id] }
        for (index, one) in nodes.enumerated() { for other in nodes[(index + 1)...] { losses.append([one.id, other.id]) } }
        if standbys.count > 2 { losses.append(standbys) }
        rows = losses.filter { $0.count < nodes.count }.map { judge.row($0, primary) }
    }

    private struct Judge {
        let nodes: [Node]
        let state: ClusterState
        let answers: [NodeID: Election.Answer]

        func row(_ lost: [NodeID], _ primary: NodeID) -> Row {
            guard lost.contains(primary) else { return Row(lost: lost, writes: writes(without: lost, primary), exposure: nil) }
            let consequence = successor(without: lost, primary)
            guard case .failOver(let candidate) = consequence else { return Row(lost: lost, writes: consequence, exposure: nil) }
            return Row(lost: lost, writes: consequence, exposure: exposure(of: candidate, primary))
        }

        /// A synchronous standby counts while it streams.
        private func writes(without lost: [NodeID], _ primary: NodeID) -> Consequence {
            let set = state.synchronousSet
            guard set.required > 0, case .success(let seen)? = answers[primary] else { return .goOn }
            let streaming = Set(seen.streams.filter { $0.state == "streaming" }.map { $0.applicationName.lowercased() })
            let left = nodes.filter { set.members.contains($0.id) && !lost.contains($0.id) && streaming.contains($0.name.lowercased()) }
            guard left.count < set.required else { return .goOn }
            return .wait(reason: "\(set.required) of the synchronous standbys must confirm each commit, and \(left.isEmpty ? "none" : left.map(\.name).joined(separator: ", ")) would be left")
        }

        /// The rule itself decides, over what the other nodes said last.
        private func successor(without lost: [NodeID], _ primary: NodeID) -> Consequence {
            guard let node = nodes.first(where: { $0.id == primary }) else { return .stop(reason: "node \(primary) is not in the configuration") }
            if state.isInMaintenance { return .stop(reason: "maintenance is on") }
            guard node.mayFailOver else { return .stop(reason: "DISALLOW_TO_FAILOVER keeps \(node.name) the primary") }
            var after = state
            do { try after.apply(.declareLost(primary: primary, epoch: state.epoch, reason: "is lost", event: "")) } catch { return .stop(reason: error.description) }
            var left = answers
            for id in lost { left[id] = .failure(NodeSilence("is lost")) }
            // Who answers now could be sealed then.
            let seals = left.compactMapValues { if case .success = $0 { Seal.sealed } else { nil } }
            switch Election(nodes: nodes, state: after).outcome(of: left, seals: seals) {
            case .elected(let candidates): return candidates.first.map(Consequence.failOver) ?? .stop(reason: "nobody is elected")
            case .blocked(let reason): return .stop(reason: reason)
            case .primaryIsBack: preconditionFailure("a lost primary answered")
            }
        }

        /// Where commits wait for standbys, the elected one has every acknowledged one.
        private func exposure(of candidate: NodeID, _ primary: NodeID) -> Lag? {
            guard state.synchronousSet.required == 0 else { return nil }
            let seen = answers.compactMapValues { if case .success(let seen) = $0 { seen } else { nil } }
            return Replication(nodes: nodes, seen: seen, primary: primary).lag(of: candidate)
        }
    }
}
