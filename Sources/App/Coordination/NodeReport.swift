package import ClusterModel

/// What the prober thinks of a node now.
package struct NodeReport: Hashable, Sendable {
    /// Whether the node can be used; a suspect is being looked at again, and one that is wedged answers but no commit on it ends.
    package enum Verdict: String, Hashable, Sendable { case up, suspect, wedged, down }

    package let node: NodeID
    package let verdict: Verdict
    /// Why it is not up, following the node's name in a sentence; empty when it is.
    package let reason: String
    /// What the last probe found; nil when it found nothing.
    package let observation: NodeObservation?

    package init(node: NodeID, verdict: Verdict, reason: String, observation: NodeObservation?) {
        self.node = node
        self.verdict = verdict
        self.reason = reason
        self.observation = observation
    }
}
