/// Bytes that are not the protocol; the connection they came on cannot go on.
package enum WireViolation: Error, Hashable, Sendable, CustomStringConvertible {
    /// The length of a message is below 4 or above what its kind may have.
    case badLength(kind: UInt8, length: Int)
    case unknownKind(UInt8)
    /// A message ends before its fields do, or has no terminator.
    case malformed(String)
    /// The first packet of a connection has a length that no startup packet has.
    case badStartupLength(Int)
    case unsupportedProtocol(major: Int, minor: Int)
    /// Bytes were sent behind an encryption request, before its answer.
    case bytesBehindEncryptionRequest
    /// A second request for the same encryption.
    case repeatedEncryptionRequest

    package var description: String {
        switch self {
        case .badLength(let kind, let length): "invalid length \(length) of message \(Self.name(kind))"
        case .unknownKind(let kind): "unknown message type \(Self.name(kind))"
        case .malformed(let what): "invalid \(what)"
        case .badStartupLength(let length): "invalid length of startup packet: expected 8 to \(StartupPacket.longest) bytes, got \(length)"
        case .unsupportedProtocol(let major, let minor): "unsupported frontend protocol \(major).\(minor): only version 3 is supported"
        case .bytesBehindEncryptionRequest: "received unencrypted data after an encryption request"
        case .repeatedEncryptionRequest: "the same encryption was requested twice"
        }
    }

    private static func name(_ kind: UInt8) -> String {
        (0x21...0x7E).contains(kind) ? "\"\(Character(Unicode.Scalar(kind)))\"" : "0x" + String(kind, radix: 16)
    }
}
