package import ClusterModel

/// Knows which epoch is in force; every effect on a node asks it first.
package protocol EpochGuard: Sendable {
    /// Throws when a decision made in `epoch` is out of date.
    func check(_ epoch: Epoch) async throws(EffectRefused)
}

/// An effect whose decision is out of date; the node was not touched.
package struct EffectRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package let decided: Epoch
    package let current: Epoch

    package init(decided: Epoch, current: Epoch) {
        self.decided = decided
        self.current = current
    }

    package var description: String { "was decided in epoch \(decided), but epoch \(current) is in force: nothing was done" }
}
