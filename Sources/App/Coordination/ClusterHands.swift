package import ClusterModel
package import Failover

/// What the coordinator has done by others: the shards, the probes, the hooks.
package protocol ClusterHands: Sendable {
    /// Hands the topology to every shard; returns when each has adopted it. After a closed gate returns, no byte of
    /// the old epoch reaches a frontend.
    func apply(_ topology: Topology) async

    /// A fresh look at a node, within a bound of its own.
    func observe(_ node: Node) async -> Election.Answer

    /// What clients have noticed until now.
    func clients() async -> ClientCounts

    /// What a node's log on `timeline` holds from `start` on; the server need not run.
    func divergedLog(of node: Node, on timeline: Timeline, from start: LogSequenceNumber) async -> Result<DivergedLog, NodeSilence>

    /// Cuts a standby off from its WAL, within a bound of its own.
    func seal(_ node: Node, in epoch: Epoch) async -> Seal

    /// Takes away the seal of the epoch `sealed`; nil when it is gone, else why it is not.
    func unseal(_ node: Node, sealedIn sealed: Epoch, in epoch: Epoch) async -> String?

    /// Sets `synchronous_standby_names` of a node; nil when it is set, else why it is not.
    func setSynchronousNames(_ names: String, of node: Node, in epoch: Epoch) async -> String?

    /// Runs the `failover` event: the hooks promote `request.candidate`. Bounded by the event's budget.
    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure>

    /// Asks hooks which of `request.candidates` to promote; empty is no opinion.
    func chooseCandidate(_ request: PromotionRequest, reason: String) async -> [NodeID]

    /// Asks hooks whether `request.candidate` may be promoted.
    func approveFailover(_ request: PromotionRequest) async -> Consent

    /// Runs the `fence_primary` event: hooks keep the lost primary from writing.
    func fencePrimary(_ request: PromotionRequest) async -> FencingOutcome

    /// Whether any hook has a say before a node is declared down.
    func asksBeforeNodeDown() async -> Bool

    /// Asks hooks whether a node may be declared down; `downFor` since trouble began.
    func approveNodeDown(_ node: Node, reason: String, downFor: Duration, in snapshot: ClusterSnapshot) async -> Consent

    /// Whether hooks were told of the event, in this run of the daemon or in an earlier one.
    func wasTold(_ event: String) async -> Bool

    /// Tells the hooks what happened; returns at once, nothing waits for them.
    func tell(_ notice: ClusterNotice, in snapshot: ClusterSnapshot) async
}

/// What hooks say when they are asked.
package enum Consent: Hashable, Sendable {
    /// Nobody objects; also when nobody was asked.
    case granted
    /// `retry`: when to ask again. `wantsNext`: another candidate instead.
    case refused(reason: String, retry: Duration?, wantsNext: Bool)
}

/// What came of fencing.
package enum FencingOutcome: Hashable, Sendable {
    case fenced
    /// No hook took care of it.
    case nobody
    case failed(reason: String)
}

/// What the events of a failover are about.
package struct PromotionRequest: Sendable {
    /// The failover's id, the same for every attempt.
    package let event: String
    package let epoch: Epoch
    package let attempt: Int
    /// Leave site hooks out: one of them failed in the attempt before.
    package let bundledOnly: Bool
    package let lost: Node
    package let candidate: Node
    /// Those that may be promoted, the best first.
    package let candidates: [NodeID]
    /// The whole cluster.
    package let nodes: [Node]
    /// What the last look at each node found.
    package let observations: [NodeID: NodeObservation]
    /// The furthest position that was seen of the lost primary; nil when it was not seen in this run of the daemon.
    package let lastPrimaryLSN: LogSequenceNumber?
}

/// Why a hook did not do its work; with file and line where there is one.
package struct PromotionFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
