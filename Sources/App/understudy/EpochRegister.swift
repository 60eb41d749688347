internal import ClusterModel
internal import NodeControl
internal import Synchronization

/// The newest epoch the coordinator acted in; effects of an older one are refused.
final class EpochRegister: EpochGuard {
    private let newest = Mutex(Epoch.zero)

    /// Epochs only rise: an older one changes nothing.
    func raise(to epoch: Epoch) { newest.withLock { $0 = max($0, epoch) } }

    func check(_ epoch: Epoch) throws(EffectRefused) {
        let current = newest.withLock { $0 }
        guard epoch >= current else { throw EffectRefused(decided: epoch, current: current) }
    }
}
