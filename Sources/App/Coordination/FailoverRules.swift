package import Failover

/// What the configuration says about failovers.
package struct FailoverRules: Hashable, Sendable {
    /// How long hooks may hold a verdict or a failover up by vetoes.
    package var maxVeto: Duration
    /// Nothing is promoted before the old primary is fenced.
    package var requiresFencing: Bool
    /// Until fencing that failed is tried again.
    package var fencingRetry: Duration
    /// A new primary goes on with fewer synchronous standbys where there are too few.
    package var degrades: Bool
    /// Who may be promoted.
    package var election: Election.Rules

    package init(maxVeto: Duration = .seconds(60), requiresFencing: Bool = false, fencingRetry: Duration = .seconds(5), degrades: Bool = false,
                 election: Election.Rules = Election.Rules()) {
        self.degrades = degrades
        self.election = election
        self.maxVeto = maxVeto
        self.requiresFencing = requiresFencing
        self.fencingRetry = fencingRetry
    }
}
