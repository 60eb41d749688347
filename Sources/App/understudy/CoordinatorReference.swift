internal import ClusterModel
internal import Coordination
internal import NodeControl
internal import Synchronization

/// The coordinator, for parts that must exist before it does.
final class CoordinatorReference: EpochGuard {
    private let coordinator = Mutex<ClusterCoordinator?>(nil)

    /// nil while the daemon starts.
    var value: ClusterCoordinator? { coordinator.withLock { $0 } }

    func set(_ coordinator: ClusterCoordinator) { self.coordinator.withLock { $0 = coordinator } }

    func check(_ epoch: Epoch) async throws(EffectRefused) {
        let current = await value?.snapshot().epoch
        guard epoch == current else { throw EffectRefused(decided: epoch, current: current) }
    }
}
