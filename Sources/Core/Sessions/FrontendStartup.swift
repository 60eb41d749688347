package import PostgresWire

/// The first packets of a connection, until it says what it wants.
///
/// Pure. TLS is taken up where it is offered, asked for or begun at once; GSSAPI is declined with one byte. Each may be asked
/// for once, and not inside TLS.
/// Source: PostgreSQL manual, "SSL Session Encryption", "GSSAPI Session Encryption"; CVE-2021-23214.
package struct FrontendStartup: Sendable {
    /// What the shell does after a startup packet.
    package enum Action: Hashable, Sendable {
        /// The packet is not all there.
        case readMore
        /// Send these bytes; `consumed` bytes of the input are done.
        case answer([UInt8], consumed: Int)
        /// Send these bytes, which may be none, and go on in TLS; what is behind `consumed` bytes of the input belongs to it.
        case secure([UInt8], consumed: Int)
        case cancel(BackendKey)
        /// Log this frontend in; `reply` is to be sent first and may be empty.
        case start(StartupMessage, reply: [UInt8], consumed: Int)
        /// Send these last words and close.
        case refuse([UInt8])
    }

    /// The first byte of a TLS handshake; a startup packet's length would have to be hundreds of megabytes to begin with it.
    private static let handshake: UInt8 = 0x16

    private let offersTLS: Bool
    private var wasAskedForSSL = false
    private var wasAskedForGSS = false
    private var isFirst = true

    package init(offersTLS: Bool) { self.offersTLS = offersTLS }

    /// Looks at everything that was received, decrypted where it must be, and not consumed.
    package mutating func received(_ bytes: UnsafeRawBufferPointer) -> Action {
        if isFirst, bytes.first == Self.handshake { return direct() }
        do throws(WireViolation) {
            guard let (packet, size) = try StartupPacket.read(bytes) else { return .readMore }
            isFirst = false
            switch packet {
            case .sslRequest:
                if wasAskedForSSL { throw WireViolation.repeatedEncryptionRequest }
                wasAskedForSSL = true
                try checkNothingBehind(bytes, size)
                return offersTLS ? secure([UInt8(ascii: "S")], size) : .answer([UInt8(ascii: "N")], consumed: size)
            case .gssRequest:
                if wasAskedForGSS { throw WireViolation.repeatedEncryptionRequest }
                wasAskedForGSS = true
                try checkNothingBehind(bytes, size)
                return .answer([UInt8(ascii: "N")], consumed: size)
            case .cancel(let key):
                return .cancel(key)
            case .start(let message):
                return start(message, size)
            }
        } catch {
            return .refuse(ErrorMessage(.fatal, Self.state(error), error.description).bytes)
        }
    }

    /// TLS without a request. Without TLS there are no last words that such a client could read.
    private mutating func direct() -> Action { offersTLS ? secure([], 0) : .refuse([]) }

    private mutating func secure(_ answer: [UInt8], _ size: Int) -> Action {
        isFirst = false
        wasAskedForSSL = true
        wasAskedForGSS = true
        return .secure(answer, consumed: size)
    }

    /// Bytes behind the request were sent in the belief that they are encrypted, or put there by somebody else.
    private func checkNothingBehind(_ bytes: UnsafeRawBufferPointer, _ size: Int) throws(WireViolation) {
        guard bytes.count == size else { throw .bytesBehindEncryptionRequest }
    }

    private func start(_ message: StartupMessage, _ size: Int) -> Action {
        if let refusal = refusal(of: message) { return .refuse(refusal.bytes) }
        var writer = MessageWriter()
        if message.needsNegotiation { writer.negotiateProtocolVersion(message) }
        return .start(message, reply: writer.bytes, consumed: size)
    }

    /// Options follow a session from backend to backend as settings; other switches of `postgres` a backend takes only when it starts.
    private func refusal(of message: StartupMessage) -> ErrorMessage? {
        guard let text = message["options"], !message.isReplication else { return nil }
        do throws(StartupOptions.Unreadable) {
            _ = try StartupOptions(text)
            return nil
        } catch {
            return ErrorMessage(.fatal, .featureNotSupported, "the startup packet's options have \"\(error.word)\": expected -c name=value or --name=value")
        }
    }

    private static func state(_ violation: WireViolation) -> SQLState {
        switch violation {
        case .unsupportedProtocol: .featureNotSupported
        case .malformed(let what) where what.contains("user name"): .invalidAuthorization
        case .badLength, .unknownKind, .malformed, .badStartupLength, .bytesBehindEncryptionRequest, .repeatedEncryptionRequest: .protocolViolation
        }
    }
}
