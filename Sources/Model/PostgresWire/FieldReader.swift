/// Reads the fields of one message's body in order; a body that ends too early is a violation, never a trap.
package struct FieldReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0
    private let what: String

    /// `what` names the message in errors.
    package init(_ body: UnsafeRawBufferPointer, of what: String) {
        bytes = body
        self.what = what
    }

    package var isAtEnd: Bool { offset == bytes.count }

    /// The next byte; throws at the end of the body.
    package mutating func byte() throws(WireViolation) -> UInt8 {
        guard offset < bytes.count else { throw .malformed(what) }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// The next two bytes, network order; throws where fewer are left.
    package mutating func int16() throws(WireViolation) -> Int16 {
        guard bytes.count - offset >= 2 else { throw .malformed(what) }
        defer { offset += 2 }
        return Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self))
    }

    /// The next four bytes, network order; throws where fewer are left.
    package mutating func int32() throws(WireViolation) -> Int32 {
        guard bytes.count - offset >= 4 else { throw .malformed(what) }
        defer { offset += 4 }
        return Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))
    }

    /// The bytes up to the next zero byte, which is skipped. Valid as long as the body is.
    package mutating func terminated() throws(WireViolation) -> UnsafeRawBufferPointer {
        guard let end = bytes[offset...].firstIndex(of: 0) else { throw .malformed(what) }
        defer { offset = end + 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
    }

    /// A zero-terminated text; bytes that are not UTF-8 are replaced.
    package mutating func string() throws(WireViolation) -> String { String(decoding: try terminated(), as: UTF8.self) }

    /// Everything that is left.
    package mutating func rest() -> UnsafeRawBufferPointer {
        defer { offset = bytes.count }
        return UnsafeRawBufferPointer(rebasing: bytes[offset...])
    }

    /// Throws unless the whole body was read.
    package func end() throws(WireViolation) { if !isAtEnd { throw .malformed(what) } }
}
