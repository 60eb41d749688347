/// How patient `NodeHealth` is with a node.
package struct HealthPolicy: Hashable, Sendable {
    /// Between probes of a healthy node; nil probes only on evidence.
    package var period: Duration?
    /// Silent probes beyond the first before the node is down.
    package var retries: Int
    /// Between probes of a silent node.
    package var retryDelay: Duration
    /// How long a server may be starting before it counts as down.
    package var startingGrace: Duration
    /// How long a commit on a primary may take before the node is wedged; nil never tries one.
    package var wedgedTimeout: Duration?

    package init(period: Duration?, retries: Int, retryDelay: Duration, startingGrace: Duration = .seconds(5), wedgedTimeout: Duration? = nil) {
        self.period = period
        self.retries = retries
        self.retryDelay = retryDelay
        self.startingGrace = startingGrace
        self.wedgedTimeout = wedgedTimeout
    }

    /// A refusal is explicit: one more, this much later, is proof enough.
    package static let confirmationDelay = Duration.milliseconds(10)
    /// Between looks at a server that is starting.
    package static let startingDelay = Duration.milliseconds(50)
    /// Between probes of a node that is down, or when only evidence is wanted.
    package static let downPeriod = Duration.milliseconds(500)
    /// Between good answers of a node that was down.
    package static let risingDelay = Duration.milliseconds(50)
    /// However much traffic fails, looks that it causes begin at least this far apart.
    package static let evidenceSpacing = Duration.milliseconds(20)
    /// A node that falls again within this time of its last fall flaps.
    package static let flapWindow = Duration.seconds(60)
    /// Good answers in a row before a node that was down is up again; doubled for each fall of a flapping node, to at most
    /// `mostRises`, which `risingDelay` makes three seconds.
    package static let fewestRises = 2
    package static let mostRises = 64
}
