internal import ClusterModel
internal import Failover

extension ClusterCoordinator {
    /// Changes `synchronous_standby_names` of a candidate before it is promoted, where as the primary it would wait for itself, or for more standbys
    /// than there are and the configuration rather goes on without. Its own word was never counted, so no promise that was made depends on it.
    func prepare(_ candidate: NodeID, _ answers: [NodeID: Election.Answer]) async {
        guard let node = node(candidate), case .success(let seen) = await observe(candidate), seen.role == .standby,
              let names = SynchronousStandbyNames(seen.synchronousStandbyNames) else { return }
        let standbys = nodes.filter { if case .success(let seen)? = answers[$0.id] { seen.role == .standby && $0.id != candidate } else { false } }
        let fitting = names.fitting(primary: node.name, available: rules.degrades ? Set(standbys.map(\.name)) : nil)
        guard fitting != names else { return }
        let setting = fitting?.setting ?? ""
        let words = "synchronous_standby_names of \(node.name) changes from '\(seen.synchronousStandbyNames)' to '\(setting)'"
        await record((fitting?.count ?? 0) < names.count ? "synchronous_degraded" : "synchronous_changed", node: candidate, words)
        if let problem = await hands.setSynchronousNames(setting, of: node, in: state.epoch) {
            await record("synchronous_unchanged", node: candidate, "\(words): \(problem)")
        }
    }
}
