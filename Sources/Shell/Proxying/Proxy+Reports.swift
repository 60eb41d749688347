internal import Reactor

/// What administrators ask of the data plane, and have it do.
extension Proxy {
    /// What the shards say of themselves, as far as `parts` asks. The lists of connections are taken in slices, so they are of
    /// several moments.
    package func report(_ parts: ProxyReport.Parts) async -> ProxyReport {
        var whole = ProxyReport()
        for loop in loops {
            var report = await ask(loop, else: ProxyReport()) { .report(parts, $0) }
            if parts.contains(.frontends) { report.frontends = await slices(loop) { .frontends(from: $0, $1) } }
            if parts.contains(.backends) { report.backends = await slices(loop) { .backends(from: $0, $1) } }
            whole.add(report)
        }
        return whole
    }

    /// Has every shard do something; returns how many connections ended by it at once.
    package func perform(_ operation: ProxyOperation) async -> Int {
        var ended = 0
        for loop in loops { ended += await ask(loop, else: 0) { .perform(operation, $0) } }
        return ended
    }

    /// Backends of a database (nil: of all) over all shards; with `stale` only those that RECONNECT has marked.
    package func backendCount(of database: String?, stale: Bool) async -> Int {
        var count = 0
        for loop in loops { count += await ask(loop, else: 0) { .countBackends(database, stale: stale, $0) } }
        return count
    }

    private func slices<Report: Sendable>(_ loop: LoopThread<Shard>, _ message: (Int, @escaping @Sendable (ReportSlice<Report>) -> Void) -> ShardMessage) async -> [Report] {
        var reports: [Report] = [], next: Int? = 0
        while let place = next {
            let slice = await ask(loop, else: ReportSlice<Report>()) { message(place, $0) }
            reports += slice.reports
            next = slice.next
        }
        return reports
    }

    /// One question to one shard; a shard that has ended answers with `nothing`.
    private func ask<Answer: Sendable>(_ loop: LoopThread<Shard>, else nothing: Answer, _ message: (@escaping @Sendable (Answer) -> Void) -> ShardMessage) async -> Answer {
        await withCheckedContinuation { continuation in
            if !loop.mailbox.postAlways(message { continuation.resume(returning: $0) }) { continuation.resume(returning: nothing) }
        }
    }
}
