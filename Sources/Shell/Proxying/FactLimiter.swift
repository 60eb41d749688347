internal import Reactor

/// Keeps a shard from saying the same thing a thousand times a second when a node goes.
struct FactLimiter {
    /// The same fact is worth saying again after this long: the node may have been found well in between.
    static let pause = Duration.milliseconds(50)

    /// Bounded by nodes times kinds: a new topology begins anew.
    private var last: [ProxyFact: Monotonic] = [:]

    mutating func mayBeSaid(_ fact: ProxyFact, now: Monotonic) -> Bool {
        if let before = last[fact], now - before < Self.pause { return false }
        last[fact] = now
        return true
    }

    mutating func reset() { last.removeAll() }
}
