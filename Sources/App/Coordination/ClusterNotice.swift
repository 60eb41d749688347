package import ClusterModel

/// Something that happened, for hooks that want to know.
package struct ClusterNotice: Sendable {
    package let fact: Fact
    /// Names the event.
    package let event: String
    /// The event that this one comes from; nil where there is none.
    package let parent: String?

    init(_ fact: Fact, event: String = EventID.make(), parent: String? = nil) {
        self.fact = fact
        self.event = event
        self.parent = parent
    }

    /// What happened.
    package enum Fact: Sendable {
        /// A probe changed its mind. `failures` counts changes for the worse since the node was up last.
        case healthChanged(Node, from: NodeReport.Verdict?, to: NodeReport.Verdict, reason: String, failures: Int)
        case nodeDown(Node, wasPrimary: Bool, reason: String)
        /// `downFor` is nil where the node went down in an earlier run of the daemon.
        case nodeUp(Node, downFor: Duration?)
        case membership(Node, Membership, by: String, reason: String)
        /// A standby went out of service: hooks may have work to do.
        case standbyLost(Node)
        /// A second server is writable.
        case falsePrimary(Node, primary: Node, timeline: Timeline)
        /// The lost primary should not write any more; the failover goes on meanwhile.
        case fencing(PromotionRequest)
        case failoverFinished(FailoverEnd)
        case alert(Severity, title: String, text: String, node: Node?)
    }

    /// What became of a node's service.
    package enum Membership: Sendable { case attached, detached, quarantined, unquarantined }

    /// How much an alert matters.
    package enum Severity: String, Sendable { case info, warning, critical }
}

/// How a failover ended.
package struct FailoverEnd: Sendable {
    /// Whether there is a primary again.
    package let isOK: Bool
    package let lost: Node
    package let primary: Node?
    /// `promoted`, `reopened` or `abandoned`.
    package let outcome: String
    package let message: String
    /// nil where the daemon ended before it could be told.
    package let milliseconds: Double?
    package let phases: [FailoverTimeline.Phase]
    /// WAL that was seen of the lost primary and that the new one did not have when it was chosen; nil when that is not known.
    package let lostBytes: UInt64?
}
