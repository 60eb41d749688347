/// Builds messages, one behind the other, in one array of bytes.
package struct MessageWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var isEmpty: Bool { bytes.isEmpty }

    /// Begins anew in the same memory, as long as that is not more than `limit` bytes.
    package mutating func clear(keeping limit: Int) { bytes.removeAll(keepingCapacity: bytes.capacity <= limit) }

    /// One whole message of a frontend: kind, length, and what `body` writes.
    package mutating func message(_ kind: FrontendMessageKind, _ body: (inout MessageWriter) -> Void) { frame(kind.rawValue, body) }

    /// One whole message of a backend: kind, length, and what `body` writes.
    package mutating func message(_ kind: BackendMessageKind, _ body: (inout MessageWriter) -> Void) { frame(kind.rawValue, body) }

    /// A message without a kind: those that come before and instead of a startup packet.
    package mutating func untyped(_ body: (inout MessageWriter) -> Void) { lengthPrefixed(body) }

    /// One byte.
    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    /// Two bytes, network order.
    package mutating func int16(_ value: Int16) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }

    /// Four bytes, network order.
    package mutating func int32(_ value: Int32) { withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) } }

    /// Bytes as they are.
    package mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    /// A zero-terminated text. A text with a zero byte in it ends there: the protocol cannot carry more.
    package mutating func string(_ value: some StringProtocol) {
        bytes.append(contentsOf: value.utf8.prefix { $0 != 0 })
        bytes.append(0)
    }

    /// Bytes as they are.
    package mutating func raw(_ value: [UInt8]) { bytes.append(contentsOf: value) }

    /// Bytes as they are.
    package mutating func raw(_ value: UnsafeRawBufferPointer) { bytes.append(contentsOf: value) }

    private mutating func frame(_ kind: UInt8, _ body: (inout MessageWriter) -> Void) {
        bytes.append(kind)
        lengthPrefixed(body)
    }

    private mutating func lengthPrefixed(_ body: (inout MessageWriter) -> Void) {
        let start = bytes.count
        int32(0)
        body(&self)
        let length = Int32(bytes.count - start)
        withUnsafeBytes(of: length.bigEndian) { bytes.replaceSubrange(start..<start + 4, with: $0) }
    }
}
