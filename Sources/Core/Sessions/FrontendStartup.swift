package import PostgresWire

/// The first packets of a connection, until it says what it wants.
///
/// Pure. Encryption is refused with one byte and the client goes on in the clear; each kind may be asked for once.
/// Source: PostgreSQL manual, "SSL Session Encryption", "GSSAPI Session Encryption"; CVE-2021-23214.
package struct FrontendStartup: Sendable {
    /// What the shell does after a startup packet.
    package enum Action: Hashable, Sendable {
        /// The packet is not all there.
        case readMore
        /// Send these bytes; `consumed` bytes of the input are done.
        case answer([UInt8], consumed: Int)
        case cancel(BackendKey)
        /// Log this frontend in; `reply` is to be sent first and may be empty.
        case start(StartupMessage, reply: [UInt8], consumed: Int)
        /// Send these last words and close.
        case refuse([UInt8])
    }

    private var wasAskedForSSL = false
    private var wasAskedForGSS = false

    package init() {}

    /// Looks at everything that was received and not consumed.
    package mutating func received(_ bytes: UnsafeRawBufferPointer) -> Action {
        do throws(WireViolation) {
            guard let (packet, size) = try StartupPacket.read(bytes) else { return .readMore }
            switch packet {
            case .sslRequest:
                if wasAskedForSSL { throw WireViolation.repeatedEncryptionRequest }
                wasAskedForSSL = true
                return try decline(bytes, size)
            case .gssRequest:
                if wasAskedForGSS { throw WireViolation.repeatedEncryptionRequest }
                wasAskedForGSS = true
                return try decline(bytes, size)
            case .cancel(let key):
                return .cancel(key)
            case .start(let message):
                return start(message, size)
            }
        } catch {
            return .refuse(ErrorMessage(.fatal, Self.state(error), error.description).bytes)
        }
    }

    /// Bytes behind the request were sent in the belief that they are encrypted, or put there by somebody else.
    private func decline(_ bytes: UnsafeRawBufferPointer, _ size: Int) throws(WireViolation) -> Action {
        guard bytes.count == size else { throw .bytesBehindEncryptionRequest }
        return .answer([UInt8(ascii: "N")], consumed: size)
    }

    private func start(_ message: StartupMessage, _ size: Int) -> Action {
        var writer = MessageWriter()
        if message.needsNegotiation { writer.negotiateProtocolVersion(message) }
        return .start(message, reply: writer.bytes, consumed: size)
    }

    private static func state(_ violation: WireViolation) -> SQLState {
        switch violation {
        case .unsupportedProtocol: .featureNotSupported
        case .malformed(let what) where what.contains("user name"): .invalidAuthorization
        case .badLength, .unknownKind, .malformed, .badStartupLength, .bytesBehindEncryptionRequest, .repeatedEncryptionRequest: .protocolViolation
        }
    }
}
