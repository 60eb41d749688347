import Testing
@testable import PostgresWire

@Suite("Frame scanner")
struct FrameScannerTests {
    /// What a scanner found in a stream that came in chunks: messages looked at, by kind and body, and how many bytes passed.
    private func scan(_ stream: [UInt8], by speaker: FrameScanner.Speaker, chunk: Int, gathering: Int = 1024) throws(WireViolation)
        -> (messages: [String], passed: Int) {
        var scanner = FrameScanner(speaker, gathering: gathering)
        var kept: [UInt8] = [], messages: [String] = [], passed = 0
        for start in stride(from: 0, to: stream.count, by: chunk) {
            kept += stream[start..<min(start + chunk, stream.count)]
            var offset = 0
            let result: Result<Void, WireViolation> = kept.withUnsafeBytes { bytes in
                Result { () throws(WireViolation) in
                    while let piece = try scanner.next(bytes, at: offset) {
                        switch piece {
                        case .message(let kind, let body, let size, let isWhole):
                            messages.append("\(Character(Unicode.Scalar(kind)))\(isWhole ? String(body.count) : "…")")
                            offset += size
                        case .passing(let count):
                            passed += count
                            offset += count
                        case .incomplete: return
                        }
                    }
                }
            }
            try result.get()
            kept.removeFirst(offset)
        }
        if !kept.isEmpty { messages.append("rest \(kept.count)") }
        return (messages, passed)
    }

    private func message(_ kind: String, _ size: Int) -> [UInt8] {
        var writer = MessageWriter()
        guard let first = kind.utf8.first, let known = BackendMessageKind(rawValue: first) else { preconditionFailure("kind \(kind)") }
        writer.message(known) { $0.raw(repeatElement(7, count: size)) }
        return writer.bytes
    }

    private func sent(_ kind: FrontendMessageKind, _ size: Int) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(kind) { $0.raw(repeatElement(7, count: size)) }
        return writer.bytes
    }

    @Test("A stream means the same however it is cut", arguments: 1..<40)
    func cuts(chunk: Int) throws {
        let stream = message("T", 30) + message("D", 300) + message("D", 0) + message("C", 5) + message("Z", 1) + message("S", 20)
        let found = try scan(stream, by: .node, chunk: chunk)
        #expect(found.messages == ["T30", "C5", "Z1", "S20"])
        #expect(found.passed == 305 + 5)
    }

    @Test("A message that is too long to gather is announced once and passes", arguments: [1, 3, 64, 4096])
    func large(chunk: Int) throws {
        let found = try scan(sent(.query, 2000) + sent(.sync, 0), by: .frontend, chunk: chunk)
        if chunk == 4096 { #expect(found.messages == ["Q2000", "S0"], "it was all there") } else { #expect(found.messages == ["Q…", "S0"]) }
    }

    @Test("CopyData is never gathered")
    func copyData() throws {
        #expect(try scan(sent(.copyData, 100) + sent(.copyDone, 0), by: .frontend, chunk: 16).messages == ["d…", "c0"])
    }

    @Test("Every truncation of every kind of message is kept for more, or passes as far as it came")
    func truncations() throws {
        for kind in FrontendMessageKind.allCases {
            let bytes = sent(kind, 9)
            for count in 1..<bytes.count {
                let found = try scan(Array(bytes[..<count]), by: .frontend, chunk: count)
                let passes = kind == .copyData && count >= FrameScanner.headerSize
                #expect(found.messages == [passes ? "d…" : "rest \(count)"], "\(kind) at \(count)")
            }
        }
        for kind in BackendMessageKind.allCases {
            let bytes = message(String(UnicodeScalar(kind.rawValue)), 9)
            for count in 1..<bytes.count {
                let found = try scan(Array(bytes[..<count]), by: .node, chunk: count)
                if kind.isInspected || count < FrameScanner.headerSize { #expect(found.messages == ["rest \(count)"], "\(kind) at \(count)") }
                else { #expect(found.messages.isEmpty && found.passed == count, "\(kind) at \(count)") }
            }
        }
    }

    @Test("Kinds and lengths that cannot be are refused as soon as the header is there")
    func violations() {
        #expect(throws: WireViolation.unknownKind(0x21)) { try scan([0x21, 0, 0, 0, 4], by: .frontend, chunk: 5) }
        #expect(throws: WireViolation.badLength(kind: 0x51, length: 3)) { try scan([0x51, 0, 0, 0, 3], by: .frontend, chunk: 5) }
        #expect(throws: WireViolation.badLength(kind: 0x51, length: -1)) { try scan([0x51, 255, 255, 255, 255], by: .frontend, chunk: 5) }
        #expect(throws: WireViolation.badLength(kind: 0x53, length: 10_005)) { try scan([0x53, 0, 0, 0x27, 0x15], by: .frontend, chunk: 5) }
        #expect(throws: WireViolation.badLength(kind: 0x44, length: 0x7FFF_FFFF)) { try scan([0x44, 127, 255, 255, 255], by: .node, chunk: 5) }
        #expect(throws: WireViolation.unknownKind(0x00)) { try scan([0, 0, 0, 0, 4], by: .node, chunk: 5) }
    }
}
