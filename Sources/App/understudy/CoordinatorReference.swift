internal import ClusterModel
internal import Coordination
internal import Synchronization

/// The coordinator, for parts that must exist before it does.
final class CoordinatorReference: Sendable {
    private let coordinator = Mutex<ClusterCoordinator?>(nil)

    /// nil while the daemon starts.
    var value: ClusterCoordinator? { coordinator.withLock { $0 } }

    func set(_ coordinator: ClusterCoordinator) { self.coordinator.withLock { $0 = coordinator } }

    /// The epoch now; nil while the daemon starts.
    func epoch() async -> Epoch? { await value?.snapshot().epoch }
}
