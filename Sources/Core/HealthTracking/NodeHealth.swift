package import ClusterModel

/// What probes and traffic say about one node, turned into a verdict that does not flap.
///
/// Pure: results and evidence come in with the time, out come the verdict and when to probe next.
package struct NodeHealth: Sendable {
    /// Whether the node can be used.
    package enum Verdict: String, Hashable, Sendable {
        /// It answers.
        case up
        /// Something failed; looked at again at once. To `up` or `down`.
        case suspect
        /// It refused twice, or was silent for all its retries. To `up` after `risesNeeded` good answers.
        case down
    }

    /// What one probe found.
    package enum ProbeResult: Hashable, Sendable {
        case answered(NodeObservation)
        /// The server lives but does not let the probe look (wrong password, too many clients, a missing right).
        case alive(reason: String)
        /// The server lives but accepts nobody: starting up, shutting down, in crash recovery (57P03).
        case notReady(reason: String)
        /// An explicit no: refused, reset, no such host.
        case refused(reason: String)
        /// No answer in time.
        case silent(reason: String)
    }

    /// The settings that matter here.
    package struct Policy: Hashable, Sendable {
        /// Between probes of a healthy node; nil probes only on evidence.
        package var period: Duration?
        /// Silent probes beyond the first before the node is down.
        package var retries: Int
        /// Between probes of a silent node.
        package var retryDelay: Duration
        /// How long a server may be starting before it counts as down.
        package var startingGrace: Duration

        package init(period: Duration?, retries: Int, retryDelay: Duration, startingGrace: Duration = .seconds(5)) {
            self.period = period
            self.retries = retries
            self.retryDelay = retryDelay
            self.startingGrace = startingGrace
        }
    }

    /// A refusal is explicit: one more, this much later, is proof enough.
    package static let confirmationDelay = Duration.milliseconds(10)
    /// Between looks at a server that is starting.
    package static let startingDelay = Duration.milliseconds(50)
    /// Between probes of a node that is down, or when only evidence is wanted.
    package static let downPeriod = Duration.milliseconds(500)
    /// Good answers in a row before a node that was down is up again.
    package static let risesNeeded = 2

    package private(set) var verdict: Verdict?
    /// Why it is not up, or what is wrong although it is; follows the node's name in a sentence.
    package private(set) var reason = ""
    /// What the last probe saw; nil when it saw nothing.
    package private(set) var observation: NodeObservation?
    private let policy: Policy
    private var rises = 0
    private var refusals = 0
    private var silences = 0
    /// When the server was first not ready, in this row; nil when it was not.
    private var notReadySince: Duration?

    package init(policy: Policy) { self.policy = policy }

    /// Takes a probe's result at `now` (time since any fixed point) and returns how long to wait for the next one;
    /// nil: until there is evidence.
    package mutating func probed(_ result: ProbeResult, at now: Duration) -> Duration? {
        observation = if case .answered(let seen) = result { seen } else { nil }
        switch result {
        case .answered: rise("")
        case .alive(let why): rise(why)
        case .refused(let why): fall(why) { health in
            health.refusals += 1
            return health.refusals >= 2
        }
        case .silent(let why): fall(why) { health in
            health.silences += 1
            return health.silences > health.policy.retries
        }
        case .notReady(let why):
            let since = notReadySince ?? now
            fall(why) { health in now - since >= health.policy.startingGrace }
            notReadySince = since
        }
        return nextProbe(after: result)
    }

    private mutating func rise(_ why: String) {
        refusals = 0
        silences = 0
        notReadySince = nil
        rises += 1
        if verdict == .down && rises < Self.risesNeeded { return }
        verdict = .up
        reason = why
    }

    /// Counts one failure by `isProof`; other kinds of failure keep their counts, so that a node that alternates still goes down.
    private mutating func fall(_ why: String, _ isProof: (inout NodeHealth) -> Bool) {
        rises = 0
        reason = why
        let isDown = isProof(&self)
        if verdict != .down { verdict = isDown ? .down : .suspect }
    }

    private func nextProbe(after result: ProbeResult) -> Duration? {
        switch (verdict, result) {
        case (.up, _): policy.period
        case (.down, .answered), (.down, .alive): Self.confirmationDelay
        case (.down, _): min(policy.period ?? Self.downPeriod, Self.downPeriod)
        case (_, .refused): Self.confirmationDelay
        case (_, .notReady): Self.startingDelay
        case (_, .silent), (_, .answered), (_, .alive): policy.retryDelay
        }
    }
}
