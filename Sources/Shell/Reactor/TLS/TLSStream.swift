internal import COpenSSL
internal import Glibc

/// TLS on one non-blocking descriptor, for one loop at a time.
///
/// OpenSSL never meets a full socket: what the socket does not take waits here (at most a flight of a handshake or a record of
/// data), so a write that began cannot have to be repeated. The descriptor is the caller's.
/// Cost: an idle connection holds no buffers.
package final class TLSStream: @unchecked Sendable {
    // Sendable only to go from one loop to another whole, by a message: the sender does not touch it again.

    /// How far a handshake came.
    package enum Handshake: Hashable, Sendable { case done, underWay, failed }

    let descriptor: Int32
    let context: TLSContext
    let ssl: OpaquePointer
    /// Bytes of the peer that were read before TLS began.
    var early: [UInt8]
    var earlyStart = 0
    /// For the socket, from `unsentStart` on.
    var unsent: [UInt8] = []
    var unsentStart = 0
    /// recv(2) calls that OpenSSL may still make in this turn.
    var reads = 0
    /// The socket had less than was asked for.
    var isDrained = false
    /// The peer closed its side of the socket.
    var isEnded = false
    /// errno of the socket, once it failed.
    var socketError: Int32 = 0
    /// The handshake is through.
    package private(set) var isEstablished = false
    private var isFinished = false
    private let requiresALPN: Bool
    /// Why the connection failed: a sentence for the log. Nil for an end of the socket without more.
    package private(set) var failure: String?

    /// The least buffer for `receive`: all that two reads can make whole.
    package static let leastBuffer = 3 * recordSpace
    /// A record with its header and padding.
    private static let recordSpace = 17 << 10
    /// Plain bytes in a record at most.
    private static let recordSize = 16 << 10

    /// Nothing is sent yet.
    init(_ context: TLSContext, _ descriptor: Int32, early: [UInt8], requiresALPN: Bool) throws(TLSError) {
        OpenSSLQueue.clear()
        guard let ssl = SSL_new(context.pointer) else { throw TLSError(openSSL: "cannot begin TLS") }
        self.context = context
        self.descriptor = descriptor
        self.early = early
        self.requiresALPN = requiresALPN
        self.ssl = ssl
        try attach()
        switch context.side {
        case .server: SSL_set_accept_state(ssl)
        case .client: SSL_set_connect_state(ssl)
        }
    }

    deinit { SSL_free(ssl) }

    /// Goes on with the handshake as far as the peer lets it.
    package func handshake() -> Handshake {
        if failure != nil || socketError != 0 { return .failed }
        if isEstablished { return .done }
        reads = .max
        isDrained = false
        OpenSSLQueue.clear()
        let result = SSL_do_handshake(ssl)
        if result == 1 { return established() }
        if SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ, !isEnded { return flush() ? .underWay : .failed }
        fail("the handshake failed")
        return .failed
    }

    /// Like recv(2), after a handshake that is still under way; at most two reads of the socket. Nothing that could be
    /// delivered stays behind, so waiting for the descriptor is enough. `buffer` has room for `leastBuffer`.
    package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Socket.Received {
        precondition(buffer.count >= Self.leastBuffer, "a buffer that cannot hold what two reads make whole")
        switch handshake() {
        case .failed: return .failed(socketError == 0 ? EPROTO : socketError)
        case .underWay: return .wouldBlock
        case .done: break
        }
        reads = 2
        isDrained = false
        var count = 0
        while true {
            OpenSSLQueue.clear()
            let result = SSL_read(ssl, buffer.baseAddress.map { $0 + count }, Int32(clamping: buffer.count - count))
            if result > 0 {
                count += Int(result)
                if SSL_has_pending(ssl) == 1 { continue }
                return .bytes(count)
            }
            if count > 0 { return .bytes(count) }
            switch SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ: return isEnded ? .end : .wouldBlock
            case SSL_ERROR_ZERO_RETURN: return .end
            default:
                fail("the connection broke")
                return .failed(socketError == 0 ? EPROTO : socketError)
            }
        }
    }

    /// Like send(2): how many bytes are taken care of. They may still be here: see `hasUnsent`.
    package func send(_ bytes: UnsafeRawBufferPointer) -> Socket.Sent {
        guard flush() else { return .failed(socketError) }
        if failure != nil { return .failed(EPROTO) }
        // Kept by the caller until there is somebody to send it to.
        guard isEstablished else { return .bytes(0) }
        var count = 0
        while count < bytes.count, !hasUnsent {
            OpenSSLQueue.clear()
            let result = SSL_write(ssl, bytes.baseAddress.map { $0 + count }, Int32(min(Self.recordSize, bytes.count - count)))
            guard result > 0 else {
                fail("sending failed")
                return .failed(socketError == 0 ? EPROTO : socketError)
            }
            count += Int(result)
        }
        return .bytes(count)
    }

    /// Says that nothing more is sent, by a close_notify and then as for a plain socket.
    package func finish() {
        if isFinished { return }
        sayGoodbye()
        if flush(), !hasUnsent { Socket.finish(descriptor) }
    }

    /// A close_notify behind everything that was sent.
    func sayGoodbye() {
        if isFinished { return }
        isFinished = true
        // Before the handshake's end there is nobody to notify, and a failure has told its reason already.
        guard isEstablished, failure == nil, socketError == 0 else { return }
        OpenSSLQueue.clear()
        SSL_shutdown(ssl)
        OpenSSLQueue.clear()
    }

    /// Sends what waits for the socket, as far as it takes it. False when the socket is broken.
    package func flush() -> Bool {
        guard hasUnsent else { return socketError == 0 }
        drain()
        if isFinished, !hasUnsent { Socket.finish(descriptor) }
        return socketError == 0
    }

    /// Bytes wait for the descriptor to be writable, and nothing else will be sent before them.
    package var hasUnsent: Bool { unsentStart < unsent.count }

    private func established() -> Handshake {
        if requiresALPN, applicationProtocol == nil {
            failure = "the client began with TLS at once, but did not ask for the protocol postgresql (ALPN)"
            return .failed
        }
        isEstablished = true
        early = []
        return flush() ? .done : .failed
    }

    /// Keeps the reason; an alert for the peer, where there is one, has been sent.
    private func fail(_ what: String) {
        _ = flush()
        guard failure == nil else { return }
        if socketError != 0 {
            failure = "\(what): \(SocketError("recv or send", code: socketError))"
        } else if isEnded, ERR_peek_error() == 0 {
            failure = "\(what): the peer closed the connection"
        } else {
            let verdict = SSL_get_verify_result(ssl), reason = OpenSSLQueue.take()
            failure = verdict == Int(X509_V_OK) ? "\(what): \(reason)" : "\(what): \(reason): \(String(cString: X509_verify_cert_error_string(verdict)))"
        }
    }
}
