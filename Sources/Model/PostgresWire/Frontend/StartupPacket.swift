/// The first packet of a connection, before messages have kinds.
///
/// Source: PostgreSQL manual, "Start-up" and "Message Formats".
package enum StartupPacket: Hashable, Sendable {
    case sslRequest
    case gssRequest
    case cancel(BackendKey)
    case start(StartupMessage)

    /// PostgreSQL's own limit (MAX_STARTUP_PACKET_LENGTH).
    package static let longest = 10_000
    static let sslCode: Int32 = 80_877_103
    static let gssCode: Int32 = 80_877_104
    static let cancelCode: Int32 = 80_877_102

    /// Reads the packet at the front of `bytes`; nil when it is not all there yet. `size` is what it takes.
    package static func read(_ bytes: UnsafeRawBufferPointer) throws(WireViolation) -> (packet: StartupPacket, size: Int)? {
        guard bytes.count >= 4 else { return nil }
        let length = Int(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        guard (8...longest).contains(length) else { throw .badStartupLength(length) }
        guard bytes.count >= length else { return nil }
        let packet = UnsafeRawBufferPointer(rebasing: bytes[4..<length])
        return (try parse(packet), length)
    }

    private static func parse(_ packet: UnsafeRawBufferPointer) throws(WireViolation) -> StartupPacket {
        var reader = FieldReader(packet, of: "startup packet")
        let code = try reader.int32()
        switch code {
        case sslCode:
            try reader.end()
            return .sslRequest
        case gssCode:
            try reader.end()
            return .gssRequest
        case cancelCode:
            return .cancel(try BackendKey(&reader, of: "cancel request"))
        default:
            let major = Int(UInt32(bitPattern: code) >> 16), minor = Int(UInt32(bitPattern: code) & 0xFFFF)
            guard major == 3 else { throw .unsupportedProtocol(major: major, minor: minor) }
            return .start(try StartupMessage(minor: minor, &reader))
        }
    }
}
