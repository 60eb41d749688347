internal import ClusterModel
internal import Failover
internal import Logging

/// Cutting standbys off before they are compared, and letting go what a failover that is over left sealed.
extension ClusterCoordinator {
    /// Every node but the lost primary, at once.
    func sealStandbys(of loss: ClusterState.Loss) async -> [NodeID: Seal] {
        let hands = hands, epoch = state.epoch
        return await withTaskGroup(of: (NodeID, Seal).self) { group in
            for node in nodes where node.id != loss.primary { group.addTask { (node.id, await hands.seal(node, in: epoch)) } }
            var seals: [NodeID: Seal] = [:]
            for await (id, seal) in group { seals[id] = seal }
            return seals
        }
    }

    /// The lost primary is open again: what followed it may follow it again. What cannot be reached now is seen to when it reports.
    func unsealAll() async {
        await withDiscardingTaskGroup { group in
            for (id, answer) in await observeAll() {
                guard case .success(let seen) = answer, let sealed = seen.sealedIn, let node = node(id), mayUnseal(node, sealed) else { continue }
                group.addTask { await self.unseal(node, sealed) }
            }
        }
    }

    /// A seal that was left by an earlier run, or on a node that could not be reached when it was to be taken away.
    func noteSeal(_ report: NodeReport) {
        guard !isFailoverRunning, let sealed = report.observation?.sealedIn, let node = node(report.node), mayUnseal(node, sealed) else { return }
        straySeals.append((node, sealed))
    }

    func takeStraySeals() -> [(node: Node, sealed: Epoch)] {
        defer { straySeals = [] }
        return straySeals
    }

    /// The primary itself needs no seal, whatever it followed before.
    func mayUnseal(_ node: Node, _ sealed: Epoch) -> Bool { state.openPrimary == node.id || state.mayUnseal(sealedIn: sealed) }

    func unseal(_ node: Node, _ sealed: Epoch) async {
        guard unsealing.insert(node.id).inserted else { return }
        defer { unsealing.remove(node.id) }
        if let problem = await hands.unseal(node, sealedIn: sealed, in: state.epoch) {
            logger.warning("\(node.name) is still sealed: \(problem)")
        } else {
            logger.info("\(node.name) is not sealed any more")
        }
    }
}
