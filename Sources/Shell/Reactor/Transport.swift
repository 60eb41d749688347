/// A connected descriptor, in the clear or with TLS on it. The descriptor is the owner's.
///
/// Cost: in the clear, the call on the socket and a test for nil.
package struct Transport: Sendable {
    package let descriptor: Int32
    /// What is known of the TLS connection; nil in the clear.
    package private(set) var tls: TLSStream?

    /// In the clear.
    package init(_ descriptor: Int32) { self.descriptor = descriptor }

    @inlinable package var isEncrypted: Bool { tls != nil }

    /// See `Socket.receive`; with TLS also goes on with the handshake, and `buffer` has at least `TLSStream.leastBuffer`.
    @inlinable package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Socket.Received {
        if let tls { return tls.receive(into: buffer) }
        return Socket.receive(descriptor, into: buffer)
    }

    /// See `Socket.send`. With TLS, bytes that were taken may wait for the socket: see `hasUnsent`.
    @inlinable package func send(_ bytes: UnsafeRawBufferPointer) -> Socket.Sent {
        if let tls { return tls.send(bytes) }
        return Socket.send(descriptor, bytes)
    }

    /// Bytes that were taken wait for the socket: `flush`, or `send`, when it is writable.
    @inlinable package var hasUnsent: Bool { tls?.hasUnsent ?? false }

    /// Whether the descriptor is to be watched for being writable by an owner that keeps bytes to send, or none. During a
    /// handshake such bytes wait for the peer, not for the socket.
    @inlinable package func wantsWritable(hasOutput: Bool) -> Bool {
        guard let tls else { return hasOutput }
        return tls.hasUnsent || (hasOutput && tls.isEstablished)
    }

    /// Sends what waits for the socket. False when the connection is broken.
    package func flush() -> Bool { tls?.flush() ?? true }

    /// Says that nothing more is sent.
    package func finish() {
        if let tls { return tls.finish() }
        Socket.finish(descriptor)
    }

    /// Closes the descriptor; with TLS the peer is told first, if that can be done at once.
    package func close() {
        tls?.sayGoodbye()
        Socket.close(descriptor)
    }

    /// Serves a handshake. `early`: what was read from the client and belongs to it, which is also how a client begins that
    /// did not ask first; such a one must agree on the protocol by ALPN. Errors are about memory only.
    package mutating func accept(_ context: TLSContext, early: UnsafeRawBufferPointer) throws(TLSError) {
        precondition(context.side == .server, "a context for nodes on a connection from an application")
        let stream = try TLSStream(context, descriptor, early: Array(early), requiresALPN: !early.isEmpty)
        _ = stream.handshake()
        tls = stream
    }

    /// Begins a handshake with a node.
    package mutating func connect(_ nodes: NodeTLS, host: String) throws(TLSError) {
        guard let context = nodes.context else { preconditionFailure("TLS to a node without a context") }
        let stream = try TLSStream(context, descriptor, early: [], requiresALPN: false)
        try stream.name(host)
        if nodes.mode == .verifyFull { try stream.check(host) }
        _ = stream.handshake()
        tls = stream
    }
}
