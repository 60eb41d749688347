package import ClusterModel

/// Knows which epoch is in force; every effect on a node asks it first.
package protocol EpochGuard: Sendable {
    /// Throws unless `epoch` is the one in force.
    func check(_ epoch: Epoch) async throws(EffectRefused)
}

/// An effect whose decision is out of date; the node was not touched.
package struct EffectRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package let decided: Epoch
    /// nil while nothing is known of any epoch yet.
    package let current: Epoch?

    package init(decided: Epoch, current: Epoch?) {
        self.decided = decided
        self.current = current
    }

    package var description: String { "the event belongs to epoch \(decided), it is \(current.map(\.description) ?? "none") now: nothing was done" }
}
