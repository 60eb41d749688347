import CRuntimeCounts

/// What one operation of a benchmark takes.
struct Measurement {
    let benchmark: Benchmark
    /// Of the fastest round, and of the one in the middle.
    let fastest: Double, median: Double
    let allocations: Double, retains: Double, releases: Double

    /// Time for each round. The counts are of one more, in which no time is taken.
    private static let roundNanoseconds = 20_000_000.0
    private static let calibration = 64

    init(_ benchmark: Benchmark, rounds: Int) {
        self.benchmark = benchmark
        // Arrays have grown and caches are filled before anything is counted.
        let once = Self.nanoseconds(Self.calibration, benchmark)
        let calls = max(1, Int(Self.roundNanoseconds / max(once, 1)))
        runtime_counts_begin()
        benchmark.work()
        let counts = runtime_counts_end()
        let operations = Double(benchmark.operations)
        allocations = Double(counts.allocations) / operations
        retains = Double(counts.retains) / operations
        releases = Double(counts.releases) / operations
        let times = (0..<rounds).map { _ in Self.nanoseconds(calls, benchmark) / operations }.sorted()
        fastest = times[0]
        median = times[rounds / 2]
    }

    /// Of one call.
    private static func nanoseconds(_ calls: Int, _ benchmark: Benchmark) -> Double {
        let taken = ContinuousClock().measure { for _ in 0..<calls { benchmark.work() } }
        return (Double(taken.components.seconds) * 1e9 + Double(taken.components.attoseconds) / 1e9) / Double(calls)
    }
}
