/// A moment as pools count time: in nanoseconds from any fixed one.
///
/// A `Duration` counts attoseconds in 128 bits, whose arithmetic would be the dearest part of a check-in.
package struct PoolTime: Hashable, Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static let zero = PoolTime(nanoseconds: 0)
    /// So long after the fixed moment.
    package static func seconds(_ count: Int) -> Self { PoolTime(nanoseconds: UInt64(count) * 1_000_000_000) }
    /// So long after the fixed moment.
    package static func milliseconds(_ count: Int) -> Self { PoolTime(nanoseconds: UInt64(count) * 1_000_000) }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    /// How much later this is; nothing where it is earlier.
    package func since(_ early: PoolTime) -> Duration { .nanoseconds(Int64(clamping: age(since: early))) }

    /// The same in nanoseconds.
    func age(since early: PoolTime) -> UInt64 { nanoseconds > early.nanoseconds ? nanoseconds - early.nanoseconds : 0 }
}

/// A length of time, ready to be compared with an age.
struct AgeLimit {
    let nanoseconds: UInt64

    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        nanoseconds = UInt64(clamping: seconds) * 1_000_000_000 + UInt64(clamping: attoseconds / 1_000_000_000)
    }

    func isReached(at now: PoolTime, since start: PoolTime) -> Bool { now.age(since: start) >= nanoseconds }
}
