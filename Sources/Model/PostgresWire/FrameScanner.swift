/// Cuts a stream of bytes into protocol messages without gathering the large ones.
///
/// Pure. The caller reads into a buffer of its own, asks for the next piece at an offset, and keeps what
/// `.incomplete` leaves over in front of the next bytes it reads.
package struct FrameScanner: Sendable {
    /// What lies at an offset.
    package enum Piece {
        /// A message that is to be looked at; `size` counts its header. One that is not whole is longer than the caller gathers: here are
        /// its header and as much of its body as there is, the rest comes as `.passing`.
        case message(kind: UInt8, body: UnsafeRawBufferPointer, size: Int, isWhole: Bool)
        /// This many bytes belong to messages that nobody looks at.
        case passing(Int)
        /// The buffer ends within a header, or within a message that is to be looked at.
        case incomplete
    }

    /// Which side speaks: it decides the known kinds, their limits, and which are looked at.
    package enum Speaker: Sendable { case frontend, node }

    package static let headerSize = 5

    private let speaker: Speaker
    /// Messages up to this size are handed over whole; it bounds what a connection must keep.
    private let gathered: Int
    /// The same for a Query or Parse, whose text is to be read.
    private let gatheredText: Int
    /// Bytes of the message under way that still have to pass.
    private var remaining = 0

    /// `text` is the limit for what carries SQL; nil is the same limit.
    package init(_ speaker: Speaker, gathering gathered: Int, text: Int? = nil) {
        self.speaker = speaker
        self.gathered = gathered
        gatheredText = text ?? gathered
    }

    /// The names in a message come first: this much of a large one is always there when it is looked at.
    package static let leastOfLarge = 1024

    /// Whether the stream stands between two messages.
    package var isAtBoundary: Bool { remaining == 0 }

    /// The piece at `offset`; nil at the end of `bytes`.
    package mutating func next(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(WireViolation) -> Piece? {
        let available = bytes.count - offset
        if available == 0 { return nil }
        if remaining > 0 {
            let passing = min(remaining, available)
            remaining -= passing
            return .passing(passing)
        }
        guard available >= Self.headerSize else { return .incomplete }
        let kind = bytes[offset]
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset + 1, as: Int32.self)))
        let isInspected = try check(kind, length)
        let size = length + 1
        if available >= size {
            guard isInspected else { return .passing(size) }
            return .message(kind: kind, body: Self.body(bytes, at: offset, of: size), size: size, isWhole: true)
        }
        // What is copied is never looked into: it passes as it comes.
        let isGathered = isInspected && (speaker == .node || kind != FrontendMessageKind.copyData.rawValue)
        if isGathered, size <= limit(kind) || available < Self.leastOfLarge { return .incomplete }
        remaining = size - available
        guard isInspected else { return .passing(available) }
        return .message(kind: kind, body: Self.body(bytes, at: offset, of: available), size: available, isWhole: false)
    }

    /// What of a message is behind its header. Not by slices, whose bounds would be checked again for every message.
    private static func body(_ bytes: UnsafeRawBufferPointer, at offset: Int, of size: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes.baseAddress.map { $0 + offset + headerSize }, count: size - headerSize)
    }

    /// The next message at `offset`, for a conversation in which large ones mean nothing: theirs has no body. Moves `offset` behind what is
    /// done with; nil where the rest of the bytes is less than a message.
    package mutating func nextMessage(_ bytes: UnsafeRawBufferPointer, at offset: inout Int) throws(WireViolation) -> (kind: UInt8, body: UnsafeRawBufferPointer?)? {
        while true {
            switch try next(bytes, at: offset) {
            case nil, .incomplete: return nil
            case .passing(let count): offset += count
            case .message(let kind, let body, let size, let isWhole):
                offset += size
                return (kind, isWhole ? body : nil)
            }
        }
    }

    private func limit(_ kind: UInt8) -> Int {
        guard speaker == .frontend else { return gathered }
        return kind == FrontendMessageKind.query.rawValue || kind == FrontendMessageKind.parse.rawValue ? gatheredText : gathered
    }

    /// Whether messages of this kind are looked at; throws for a kind or length that cannot be.
    @inline(__always)
    private func check(_ kind: UInt8, _ length: Int) throws(WireViolation) -> Bool {
        switch speaker {
        case .frontend:
            guard let known = FrontendMessageKind(rawValue: kind) else { throw .unknownKind(kind) }
            guard length >= 4, length - 4 <= known.longestBody else { throw .badLength(kind: kind, length: length) }
            return true
        case .node:
            guard let known = BackendMessageKind(rawValue: kind) else { throw .unknownKind(kind) }
            guard length >= 4, length - 4 <= BackendMessageKind.longestBody else { throw .badLength(kind: kind, length: length) }
            return known.isInspected
        }
    }
}
