import Testing
@testable import Proxying

@Suite("LatencyHistogram")
struct LatencyHistogramTests {
    @Test("Every bucket begins where the one before ends, and times fall between the ends of theirs")
    func buckets() {
        for bucket in 1..<LatencyHistogram.bucketCount - 1 {
            let low = LatencyHistogram.floor(of: bucket), high = LatencyHistogram.floor(of: bucket + 1)
            #expect(low < high)
            #expect(LatencyHistogram.bucket(of: low) == bucket)
            #expect(LatencyHistogram.bucket(of: high - 1) == bucket)
            #expect(high - low <= max(1, low / 8), "bucket \(bucket) is \(low)..<\(high)")
        }
    }

    @Test("Too short and too long times count in the ends")
    func ends() {
        #expect(LatencyHistogram.bucket(of: 0) == 1)
        #expect(LatencyHistogram.bucket(of: .max) == LatencyHistogram.bucketCount - 1)
        var histogram = LatencyHistogram()
        histogram.record(0)
        histogram.record(.max)
        #expect(histogram.total == 2)
    }

    @Test("Quantiles are exact to an eighth")
    func quantiles() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == 0)
        for microseconds in 1...10_000 { histogram.record(UInt64(microseconds)) }
        for (share, exact) in [(0.5, 5000.0), (0.9, 9000), (0.99, 9900), (1, 10_000)] {
            let found = Double(histogram.quantile(share))
            #expect(found >= exact && found <= exact * 1.125, "\(share): \(found)")
        }
        #expect(histogram.sum == 50_005_000)
    }

    @Test("Two add up, and what came since an older state is the difference")
    func sums() {
        var a = LatencyHistogram(), b = LatencyHistogram()
        a.record(5)
        b.record(700)
        b.record(5)
        let before = a
        a.add(b)
        #expect(a.total == 3 && a.sum == 710)
        #expect(a.since(before) == b)
    }
}
