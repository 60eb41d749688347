/// How long things took, as counts in buckets that grow with the time: each is at most an eighth as wide as where it begins.
///
/// Fixed memory, and exact to an eighth. Times of a microsecond to half an hour; shorter and longer ones count in the first
/// and last bucket. Two histograms add up.
package struct LatencyHistogram: Hashable, Sendable {
    /// Buckets to each doubling of the time, as a power of two.
    private static let precision = 3
    /// Doublings that are told apart: 2^31 µs are 35 minutes.
    private static let doublings = 31
    /// How many buckets there are.
    package static let bucketCount = (doublings - precision + 1) << precision

    /// By bucket.
    package private(set) var counts = [UInt64](repeating: 0, count: bucketCount)
    /// The times themselves, added up; in microseconds.
    package private(set) var sum: UInt64 = 0

    package init() {}

    /// Counts one time.
    @inline(__always)
    mutating func record(_ microseconds: UInt64) {
        sum &+= microseconds
        counts[Self.bucket(of: microseconds)] &+= 1
    }

    /// Where a time counts. Below the precision each microsecond has a bucket of its own.
    static func bucket(of microseconds: UInt64) -> Int {
        let value = max(1, min(microseconds, 1 << UInt64(doublings) - 1))
        let exponent = 63 - value.leadingZeroBitCount
        if exponent < precision { return Int(value) }
        let shift = exponent - precision
        return (shift + 1) << precision | Int(value >> UInt64(shift)) & (1 << precision - 1)
    }

    /// The shortest time of a bucket, in microseconds.
    package static func floor(of bucket: Int) -> UInt64 {
        if bucket < 1 << precision { return UInt64(bucket) }
        let shift = bucket >> precision - 1
        return UInt64(1 << precision | bucket & (1 << precision - 1)) << UInt64(shift)
    }

    /// How many times were counted.
    package var total: UInt64 { counts.reduce(0, &+) }

    /// The time that `share` of all did not exceed, in microseconds: the upper end of its bucket. Zero where nothing was counted.
    package func quantile(_ share: Double) -> UInt64 {
        let total = total
        guard total > 0 else { return 0 }
        let rank = max(1, min(total, UInt64((share * Double(total)).rounded(.up))))
        var seen: UInt64 = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if seen >= rank { return Self.floor(of: bucket + 1) - 1 }
        }
        return Self.floor(of: Self.bucketCount)
    }

    /// Adds what another one counted.
    package mutating func add(_ other: LatencyHistogram) {
        sum &+= other.sum
        for bucket in counts.indices { counts[bucket] &+= other.counts[bucket] }
    }

    /// What was counted since `earlier`, an older state of the same histogram.
    package func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        var difference = self
        difference.sum &-= earlier.sum
        for bucket in counts.indices { difference.counts[bucket] &-= earlier.counts[bucket] }
        return difference
    }
}
