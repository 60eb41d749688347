import PostgresWire

/// Cutting streams into messages, as `Shard` does.
enum ScannerBenchmarks {
    static func all() -> [Benchmark] {
        [
            scanner("frontend messages", .frontend, repeating: Traffic.extended, 20),
            scanner("backend messages that are looked at", .node, repeating: [Traffic.rowDescription, Traffic.complete, Traffic.ready], 30),
            scanner("DataRow", .node, repeating: [Traffic.row], 100),
            scanner("CopyData", .node, repeating: [Traffic.copied], 100),
        ]
    }

    private static func scanner(_ name: String, _ speaker: FrameScanner.Speaker, repeating messages: [[UInt8]], _ times: Int) -> Benchmark {
        let stream = repeatElement(messages.joined(), count: times).joined()
        let bytes = Array(stream)
        return Benchmark(name: "scan: \(name)", unit: "message", operations: messages.count * times) {
            var scanner = FrameScanner(speaker, gathering: 64 << 10)
            bytes.withUnsafeBytes { blackHole(scan($0, &scanner)) }
        }
    }

    /// Returns how much of it is to be looked at.
    private static func scan(_ bytes: UnsafeRawBufferPointer, _ scanner: inout FrameScanner) -> Int {
        var offset = 0, inspected = 0
        do {
            while let piece = try scanner.next(bytes, at: offset) {
                switch piece {
                case .message(_, let body, let size, _):
                    inspected += body.count
                    offset += size
                case .passing(let count): offset += count
                case .incomplete: preconditionFailure("a piece of a stream of small whole messages")
                }
            }
        } catch { preconditionFailure("\(error)") }
        return inspected
    }
}
