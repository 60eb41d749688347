/// How long each phase of one failover took: what people read afterwards.
package struct FailoverTimeline: Sendable {
    /// A phase that is over. Phases follow one another without gaps.
    package struct Phase: Hashable, Sendable, Codable {
        package let name: String
        /// Milliseconds.
        package let ms: Double
    }

    package private(set) var phases: [Phase] = []
    private let began: ContinuousClock.Instant
    private var current: String
    private var since: ContinuousClock.Instant

    /// Begins with `phase`, at `instant`.
    init(_ phase: String, since instant: ContinuousClock.Instant) {
        began = instant
        current = phase
        since = instant
    }

    /// Ends the current phase and begins `phase`; a phase that goes on adds up.
    mutating func enter(_ phase: String, at now: ContinuousClock.Instant = .now) {
        guard phase != current else { return }
        add(until: now)
        current = phase
        since = now
    }

    /// Ends the last phase.
    mutating func end(at now: ContinuousClock.Instant = .now) { add(until: now) }

    /// Milliseconds from the first sign of trouble to now.
    package func total(at now: ContinuousClock.Instant = .now) -> Double { (now - began).milliseconds }

    private mutating func add(until now: ContinuousClock.Instant) {
        let milliseconds = (now - since).milliseconds
        if let index = phases.firstIndex(where: { $0.name == current }) {
            phases[index] = Phase(name: current, ms: phases[index].ms + milliseconds)
        } else {
            phases.append(Phase(name: current, ms: milliseconds))
        }
    }
}

extension Duration {
    /// With microsecond precision.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1000 + Double(attoseconds / 1_000_000_000_000) / 1000
    }
}
