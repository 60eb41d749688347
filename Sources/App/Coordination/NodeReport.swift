package import ClusterModel

/// What the prober thinks of a node now.
package struct NodeReport: Hashable, Sendable {
    /// Whether the node can be used; a suspect is being looked at again, and one that is wedged answers but no commit on it ends.
    package enum Verdict: String, Hashable, Sendable { case up, suspect, wedged, down }

    package let node: NodeID
    package let verdict: Verdict
    /// Down, and has not answered since. One that answers again is down until it is trusted.
    package let isGone: Bool
    /// Why it is not up, following the node's name in a sentence; empty when it is.
    package let reason: String
    /// What the last probe found; nil when it found nothing.
    package let observation: NodeObservation?

    package init(node: NodeID, verdict: Verdict, isGone: Bool, reason: String, observation: NodeObservation?) {
        self.node = node
        self.verdict = verdict
        self.isGone = isGone
        self.reason = reason
        self.observation = observation
    }
}
