import PostgresWire
import Sessions

/// Whole transactions through a session and its backend, as `Shard` drives them: scanned, decided, checked out and in, answered.
enum SessionBenchmarks {
    static func all() -> [Benchmark] {
        [
            transaction("simple", [Traffic.query], [Traffic.rowDescription, Traffic.row, Traffic.complete, Traffic.ready]),
            transaction("extended", Traffic.extended,
                        [Traffic.parseComplete, Traffic.bindComplete, Traffic.rowDescription, Traffic.row, Traffic.complete, Traffic.ready]),
            prepared(),
        ]
    }

    private static let batch = 100

    private static func transaction(_ name: String, _ asked: [[UInt8]], _ answered: [[UInt8]]) -> Benchmark {
        let conversation = Conversation()
        return benchmark(name, conversation, asked, answered)
    }

    /// The statement is on the backend already, where its Parse brought it.
    private static func prepared() -> Benchmark {
        let conversation = Conversation()
        conversation.exchange([Traffic.parse("P0"), Traffic.sync].flatMap(\.self), [Traffic.parseComplete, Traffic.ready].flatMap(\.self))
        return benchmark("prepared", conversation, Traffic.prepared("P0"), [Traffic.bindComplete, Traffic.rowDescription, Traffic.row, Traffic.complete, Traffic.ready])
    }

    private static func benchmark(_ name: String, _ conversation: Conversation, _ asked: [[UInt8]], _ answered: [[UInt8]]) -> Benchmark {
        let asked = asked.flatMap(\.self), answered = answered.flatMap(\.self)
        return Benchmark(name: "session: \(name)", unit: "transaction", operations: batch) {
            for _ in 0..<batch { conversation.exchange(asked, answered) }
        }
    }
}
