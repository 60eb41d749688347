import CRuntimeCounts
import Testing
@testable import PostgresWire

@Suite("Frame scanner, what it costs", .serialized)
struct FrameScannerCostTests {
    private static func stream(of kind: BackendMessageKind) -> [UInt8] {
        var writer = MessageWriter()
        for _ in 0..<100 { writer.message(kind) { $0.raw([0, 1, 0, 0, 0, 1, 0x30]) } }
        return writer.bytes
    }

    /// Bytes that pass.
    private static func pass(_ bytes: UnsafeRawBufferPointer, _ scanner: inout FrameScanner) throws(WireViolation) -> Int {
        var offset = 0
        while case .passing(let count)? = try scanner.next(bytes, at: offset) { offset += count }
        return offset
    }

    @Test("Rows and copied lines pass without an allocation and without reference counting", arguments: [BackendMessageKind.dataRow, .copyData])
    func passing(_ kind: BackendMessageKind) throws {
        let stream = Self.stream(of: kind)
        var scanner = FrameScanner(.node, gathering: 1024)
        try stream.withUnsafeBytes { bytes in
            // What is needed once, as metadata of types, is not asked for again.
            _ = try Self.pass(bytes, &scanner)
            runtime_counts_begin()
            let passed = try Self.pass(bytes, &scanner)
            let counts = runtime_counts_end()
            #expect(passed == stream.count)
            #expect(counts.allocations == 0)
            #expect(counts.retains == 0)
            #expect(counts.releases == 0)
        }
    }

    @Test("The counts count")
    func counting() {
        runtime_counts_begin()
        let text = String(repeating: "a text of more than fifteen bytes", count: Int.random(in: 2...3))
        let counts = runtime_counts_end()
        #expect(counts.allocations > 0)
        #expect(text.utf8.count > 15)
    }
}
