internal import Glibc

/// A time on the clock that counts suspend (CLOCK_BOOTTIME); the wall clock decides nothing here.
package struct Monotonic: Hashable, Comparable, Sendable {
    /// Since boot.
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    /// The time now; a call costs about as much as reading the processor's counter.
    package static func now() -> Monotonic {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Monotonic(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    /// The time `duration` later.
    package static func + (time: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        return Monotonic(nanoseconds: time.nanoseconds &+ UInt64(bitPattern: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000))
    }

    /// How much later `late` is than `early`; negative when it is earlier.
    package static func - (late: Self, early: Self) -> Duration {
        .nanoseconds(Int64(bitPattern: late.nanoseconds &- early.nanoseconds))
    }

    package static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }
}
