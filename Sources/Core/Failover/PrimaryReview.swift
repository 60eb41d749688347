package import ClusterModel

/// What the newest look at the open primary means.
package enum PrimaryReview: Hashable, Sendable {
    /// It is what the log says it is, and its commits wait for this set.
    case sound(SynchronousSet)
    /// It cannot be the primary any more. `reason` follows the node's name in a sentence.
    case lost(reason: String)
    /// Nothing was seen, and nothing is proven.
    case unknown

    /// `silence`: why the node is gone, where that is proven. What answers is judged by its answer.
    package init(of primary: Node, _ observation: NodeObservation?, silence: String?, state: ClusterState, nodes: [Node]) {
        guard let observation else {
            self = silence.map(PrimaryReview.lost) ?? .unknown
            return
        }
        if let objection = Self.objection(to: observation, state) {
            self = .lost(reason: objection)
        } else {
            self = .sound(SynchronousSet(setting: observation.synchronousStandbyNames, nodes: nodes, primary: primary.id))
        }
    }

    private static func objection(to observation: NodeObservation, _ state: ClusterState) -> String? {
        if observation.systemIdentifier != state.systemIdentifier { return "answers as a server of another cluster" }
        if observation.role == .standby { return "answers as a standby" }
        guard let timeline = state.timeline, observation.timeline != timeline else { return nil }
        return "is on timeline \(observation.timeline), it was made primary on \(timeline)"
    }
}
