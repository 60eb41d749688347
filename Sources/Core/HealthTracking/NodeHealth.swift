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
        /// Something failed; looked at again soon. To `up` or `down`.
        case suspect
        /// It refused twice, or was silent for all its retries. To `up` after `risesNeeded` good answers.
        case down
    }

    /// Whether its failures since its last good answer prove that it cannot be used. A node that is `down` and answers again
    /// is not gone, however long it has to wait until it is trusted.
    package private(set) var isGone = false

    /// nil until a probe has found something.
    package private(set) var verdict: Verdict?
    /// Why it is not up, or what is wrong although it is; follows the node's name in a sentence.
    package private(set) var reason = ""
    /// What the last probe saw; nil when it saw nothing.
    package private(set) var observation: NodeObservation?

    private let policy: HealthPolicy
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
    /// next one; nil: until there is evidence.
    package mutating func probed(_ result: ProbeResult, at now: Duration) -> Duration? {
        lastProbe = now
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
        case .unable: reason = result.reason
        }
        return nextProbe(after: result)
    }

    /// Traffic failed: how long from `now` to the look that this is worth.
    package func delayOfEvidence(at now: Duration) -> Duration {
        guard let lastProbe else { return .zero }
        return max(.zero, HealthPolicy.evidenceSpacing - (now - lastProbe))
    }

    private mutating func rise(_ remark: String) {
        refusals = 0
        silences = 0
        notReadySince = nil
        isGone = false
        rises += 1
        if verdict == .down && rises < risesNeeded { return }
        verdict = .up
        reason = remark
    }

    private mutating func fall(_ why: String, isProven: Bool, at now: Duration) {
        rises = 0
        reason = why
        isGone = isGone || isProven
        guard verdict != .down else { return }
        verdict = isProven ? .down : .suspect
        guard isProven else { return }
        let isFlapping = lastFall.map { now - $0 < HealthPolicy.flapWindow } ?? false
        risesNeeded = isFlapping ? min(risesNeeded * 2, HealthPolicy.mostRises) : HealthPolicy.fewestRises
        lastFall = now
    }

    private func nextProbe(after result: ProbeResult) -> Duration? {
        switch (verdict, result) {
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
