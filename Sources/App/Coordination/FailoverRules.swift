/// What the configuration says about failovers.
package struct FailoverRules: Hashable, Sendable {
    /// How long hooks may hold a verdict or a failover up by vetoes.
    package var maxVeto: Duration
    /// Nothing is promoted before the old primary is fenced.
    package var requiresFencing: Bool
    /// Until fencing that failed is tried again.
    package var fencingRetry: Duration

    package init(maxVeto: Duration = .seconds(60), requiresFencing: Bool = false, fencingRetry: Duration = .seconds(5)) {
        self.maxVeto = maxVeto
        self.requiresFencing = requiresFencing
        self.fencingRetry = fencingRetry
    }
}
