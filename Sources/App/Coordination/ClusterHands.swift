package import ClusterModel
package import Failover

/// What the coordinator has done by others: the shards, the probes, the hooks.
package protocol ClusterHands: Sendable {
    /// Hands the topology to every shard; returns when each has adopted it. After a closed gate returns, no byte of
    /// the old epoch reaches a frontend.
    func apply(_ topology: Topology) async

    /// A fresh look at a node, within a bound of its own.
    func observe(_ node: Node) async -> Election.Answer

    /// Runs the `failover` event: the hooks promote `request.candidate`. Bounded by the event's budget.
    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure>

    /// Tells the hooks what happened; returns at once, nothing waits for them.
    /// `observations`: what was last seen of each node.
    func tell(_ notice: ClusterNotice, observations: [NodeID: NodeObservation]) async
}

/// What the `failover` event is about.
package struct PromotionRequest: Sendable {
    /// The failover's id, the same for every attempt.
    package let event: String
    package let epoch: Epoch
    package let attempt: Int
    /// Leave site hooks out: one of them failed in the attempt before.
    package let bundledOnly: Bool
    package let lost: Node
    package let candidate: Node
    /// What the last look at each node found.
    package let observations: [NodeID: NodeObservation]
    /// The furthest position that was seen of the lost primary; nil when it was not seen in this run of the daemon.
    package let lastPrimaryLSN: LogSequenceNumber?
}

/// A fact for `tell` hooks.
package enum ClusterNotice: Sendable {
    case nodeDown(Node, wasPrimary: Bool, reason: String, epoch: Epoch, event: String)
    case failoverFinished(ok: Bool, lost: Node, primary: Node?, outcome: String, message: String, epoch: Epoch, event: String, milliseconds: Double)
}

/// Why a hook did not do its work; with file and line where there is one.
package struct PromotionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
