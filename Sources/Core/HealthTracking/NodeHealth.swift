package import ClusterModel

/// What probes and traffic say about one node, turned into a verdict that does not flap.
///
/// Pure: results and evidence come in with the time, out come the verdict and when to probe next. Only probes change the
/// verdict. Traffic that fails is a reason to look, never a proof: a shard cannot tell a dead node from a full backlog.
package struct NodeHealth: Sendable {
    /// Whether the node can be used.
    package enum Verdict: String, Hashable, Sendable {
        /// It answers.
        case up
        /// It answers, but no commit on it ends. To `up` when one does.
        case wedged
        /// Something failed; looked at again soon. To `up` or `down`.
        case suspect
        /// It refused twice, or was silent for all its retries. To `up` after `risesNeeded` good answers.
        case down
    }

    /// Whether its failures since its last good answer prove that it cannot be used. A node that is `down` and answers again
    /// is not gone, however long it has to wait until it is trusted.
    package private(set) var isGone = false

    /// nil until a probe has found something.
    package var verdict: Verdict? {
        switch standing {
        case .up: stuck == nil ? .up : .wedged
        case .suspect: .suspect
        case .down: .down
        case nil: nil
        }
    }
    /// Why it is not up, or what is wrong although it is; follows the node's name in a sentence.
    package var reason: String { standing == .up ? stuck ?? remark : remark }
    /// What the last probe saw; nil when it saw nothing.
    package private(set) var observation: NodeObservation?

    private let policy: HealthPolicy
    /// What the answers alone say.
    private enum Standing { case up, suspect, down }
    private var standing: Standing?
    private var remark = ""
    /// Why no commit ends; nil while they do, or nobody knows.
    private var stuck: String?
    /// Good answers since the last failure.
    private var rises = 0
    /// Failures since the last good answer. Each kind has its own count, so that a node whose failures alternate still goes down.
    private var refusals = 0
    private var silences = 0
    /// When the server was first not ready since the last good answer; nil when it was not.
    private var notReadySince: Duration?
    private var risesNeeded = HealthPolicy.fewestRises
    private var lastFall: Duration?
    private var lastProbe: Duration?

    package init(policy: HealthPolicy) { self.policy = policy }

    /// Takes the result of a probe that ended at `now` (time since any fixed point) and returns how long to wait for the
    /// next one; nil: until there is evidence. `stuck`: why no commit on the node ends, where that is known.
    package mutating func probed(_ result: ProbeResult, stuck: String? = nil, at now: Duration) -> Duration? {
        lastProbe = now
        self.stuck = stuck
        observation = if case .answered(let seen, _) = result { seen } else { nil }
        switch result {
        case .answered, .alive: rise(result.reason)
        case .refused:
            refusals += 1
            fall(result.reason, isProven: refusals >= 2, at: now)
        case .silent, .broken:
            silences += 1
            fall(result.reason, isProven: silences > policy.retries, at: now)
        case .notReady:
            let since = notReadySince ?? now
            notReadySince = since
            fall(result.reason, isProven: now - since >= policy.startingGrace, at: now)
        case .unable: remark = result.reason
        }
        return nextProbe(after: result)
    }

    /// Traffic failed: how long from `now` to the look that this is worth.
    package func delayOfEvidence(at now: Duration) -> Duration {
        guard let lastProbe else { return .zero }
        return max(.zero, HealthPolicy.evidenceSpacing - (now - lastProbe))
    }

    private mutating func rise(_ words: String) {
        refusals = 0
        silences = 0
        notReadySince = nil
        isGone = false
        rises += 1
        if standing == .down && rises < risesNeeded { return }
        standing = .up
        remark = words
    }

    private mutating func fall(_ why: String, isProven: Bool, at now: Duration) {
        rises = 0
        remark = why
        isGone = isGone || isProven
        guard standing != .down else { return }
        standing = isProven ? .down : .suspect
        guard isProven else { return }
        let isFlapping = lastFall.map { now - $0 < HealthPolicy.flapWindow } ?? false
        risesNeeded = isFlapping ? min(risesNeeded * 2, HealthPolicy.mostRises) : HealthPolicy.fewestRises
        lastFall = now
    }

    private func nextProbe(after result: ProbeResult) -> Duration? {
        switch (standing, result) {
        case (_, .unable): policy.retryDelay
        case (.up, _): policy.period
        case (.down, .answered), (.down, .alive): HealthPolicy.risingDelay
        case (.down, _): min(policy.period ?? HealthPolicy.downPeriod, HealthPolicy.downPeriod)
        case (_, .refused): HealthPolicy.confirmationDelay
        // A kill in the middle of a login looks so: the first time, asked again as soon as a refusal would be.
        case (_, .broken): silences <= 1 ? HealthPolicy.confirmationDelay : policy.retryDelay
        case (_, .notReady): HealthPolicy.startingDelay
        case (_, .silent), (_, .answered), (_, .alive): policy.retryDelay
        }
    }
}
