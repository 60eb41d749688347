import Pooling

/// One shard's pool at work.
enum PoolBenchmarks {
    static func all() -> [Benchmark] {
        [
            pool("check out, check in", waiters: 0) { pool, frontend, now in
                guard let backend = pool.checkOut() else { preconditionFailure("no backend is idle") }
                guard case .park = pool.checkIn(backend, opened: .zero, at: now) else { preconditionFailure("nobody waits") }
            },
            // The one that came is served when those before it were: the queue stays as long as it is.
            pool("wait, check in, with 240 waiting", waiters: 240) { pool, frontend, now in
                pool.wait(frontend, at: now)
                guard case .assign = pool.checkIn(SlotID(index: 0, generation: 0), opened: .zero, at: now) else { preconditionFailure("somebody waits") }
            },
        ]
    }

    private static let batch = 100

    private static func pool(_ name: String, waiters: Int, _ step: @escaping (inout Pool, SlotID, PoolTime) -> Void) -> Benchmark {
        var pool = Pool(PoolRule()), now = PoolTime.seconds(1)
        for index in 0..<waiters { pool.wait(SlotID(index: index, generation: 0), at: now) }
        if waiters == 0 { for index in 0..<16 { _ = pool.checkIn(SlotID(index: index, generation: 0), opened: .zero, at: now) } }
        return Benchmark(name: "pool: \(name)", unit: "transaction", operations: batch) {
            for index in 0..<batch {
                now = PoolTime(nanoseconds: now.nanoseconds + 1)
                step(&pool, SlotID(index: index, generation: 1), now)
            }
        }
    }
}
