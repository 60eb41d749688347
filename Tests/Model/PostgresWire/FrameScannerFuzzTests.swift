import TestSupport
import Testing
@testable import PostgresWire

/// The scanner against a reference that has the whole stream before it and walks it header by header.
@Suite("Frame scanner, fuzzed")
struct FrameScannerFuzzTests {
    private static let gathered = 256

    /// One message of a stream as the reference sees it.
    private struct Frame {
        let kind: UInt8, start: Int, size: Int, isInspected: Bool
    }

    @Test("Any bytes in any cuts are the messages that a walk over the whole stream finds", arguments: [true, false])
    func streams(isFrontend: Bool) {
        Fuzz.run("frame scanner", seeds: 3000) { seed, random in
            let stream = Self.stream(isFrontend, &random)
            let (frames, violation) = Self.reference(stream, isFrontend)
            if let complaint = Self.replay(stream, isFrontend, frames, violation, &random) { Issue.record("seed \(seed): \(complaint)") }
        }
    }

    /// Mostly messages that can be; some with a byte that is wrong; sometimes noise from the start.
    private static func stream(_ isFrontend: Bool, _ random: inout SeededRandom) -> [UInt8] {
        if random.oneIn(10) { return random.bytes(Int.random(in: 0...200, using: &random)) }
        let kinds = isFrontend ? FrontendMessageKind.allCases.map(\.rawValue) : BackendMessageKind.allCases.map(\.rawValue)
        var stream: [UInt8] = []
        for _ in 0..<Int.random(in: 1...30, using: &random) {
            let size = random.oneIn(8) ? Int.random(in: 0...4 * gathered, using: &random) : Int.random(in: 0...40, using: &random)
            let length = UInt32(size + 4)
            stream.append(kinds.randomElement(using: &random) ?? 0)
            stream += [UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255)] + random.bytes(size)
        }
        return random.oneIn(3) ? random.mutated(stream) : stream
    }

    /// The frames up to the end or to what cannot be; the last may reach beyond the end.
    private static func reference(_ stream: [UInt8], _ isFrontend: Bool) -> (frames: [Frame], violation: Int?) {
        var frames: [Frame] = [], start = 0
        while stream.count - start >= 5 {
            let kind = stream[start]
            let length = Int(Int32(bitPattern: stream[start + 1..<start + 5].reduce(0) { $0 << 8 | UInt32($1) }))
            let longest: Int?, isInspected: Bool
            if isFrontend {
                (longest, isInspected) = (FrontendMessageKind(rawValue: kind)?.longestBody, true)
            } else {
                let known = BackendMessageKind(rawValue: kind)
                (longest, isInspected) = (known.map { _ in BackendMessageKind.longestBody }, known?.isInspected ?? false)
            }
            guard let longest, length >= 4, length - 4 <= longest else { return (frames, start) }
            frames.append(Frame(kind: kind, start: start, size: length + 1, isInspected: isInspected))
            start += length + 1
        }
        return (frames, nil)
    }

    /// Plays the stream in random cuts; nil when every piece was the right one, else what was wrong.
    private static func replay(_ stream: [UInt8], _ isFrontend: Bool, _ frames: [Frame], _ violation: Int?, _ random: inout SeededRandom) -> String? {
        var scanner = FrameScanner(isFrontend ? .frontend : .node, gathering: gathered)
        var kept: [UInt8] = [], position = 0, announced: Set<Int> = []
        let byStart = Dictionary(uniqueKeysWithValues: frames.map { ($0.start, $0) })
        let longestCut = random.oneIn(3) ? 3 : 700
        for piece in random.cut(stream, upTo: longestCut) {
            kept += piece
            var offset = 0, complaint: String?
            do throws(WireViolation) {
                let result: Result<Void, WireViolation> = kept.withUnsafeBytes { bytes in
                    Result { () throws(WireViolation) in
                        pieces: while complaint == nil, let found = try scanner.next(bytes, at: offset) {
                            let place = position + offset
                            switch found {
                            case .message(let kind, let body, let size, isWhole: true):
                                let frame = byStart[place]
                                if frame?.kind != kind || frame?.size != size || frame?.isInspected != true { complaint = "a message at \(place) that is none" }
                                if !body.elementsEqual(stream[place + 5..<place + size]) { complaint = "another body at \(place)" }
                                announced.insert(place)
                                offset += size
                            case .message(let kind, _, let size, isWhole: false):
                                let frame = byStart[place]
                                if frame?.kind != kind || frame?.isInspected != true || size >= frame?.size ?? 0 { complaint = "a large message at \(place) that is none" }
                                announced.insert(place)
                                offset += size
                            case .passing(let count):
                                if frames.contains(where: { $0.isInspected && $0.start >= place && $0.start < place + count }) { complaint = "passed over a message within \(place)+\(count)" }
                                if count < 1 || offset + count > bytes.count { complaint = "passed \(count) bytes at \(place)" }
                                offset += count
                            case .incomplete: break pieces
                            }
                        }
                    }
                }
                try result.get()
            } catch { return violation == position + offset ? nil : "refused at \(position + offset), not at \(violation.map(String.init) ?? "all"): \(error)" }
            if let complaint { return complaint }
            kept.removeFirst(offset)
            position += offset
            // Whatever a peer sends, this is the most that a connection keeps.
            if kept.count > max(gathered, FrameScanner.leastOfLarge) { return "kept \(kept.count) bytes at \(position)" }
        }
        if violation != nil { return "accepted what cannot be at \(violation ?? 0)" }
        let due = frames.filter { $0.isInspected && $0.start + $0.size <= stream.count }.map(\.start)
        return due.first { !announced.contains($0) }.map { "the message at \($0) never came" }
    }
}
