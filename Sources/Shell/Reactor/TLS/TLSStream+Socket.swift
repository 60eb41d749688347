internal import COpenSSL
internal import Glibc

/// How OpenSSL reads and writes the descriptor: through a BIO of our own.
///
/// Source: OpenSSL's manual, BIO_meth_new(3).
extension TLSStream {
    /// A peer that makes us answer without reading the answers is cut off here; a flight with long certificates fits.
    private static let mostUnsent = 256 << 10

    /// Made once and never changed.
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "understudy")
        BIO_meth_set_read(method) { bio, bytes, count in
            TLSStream.of(bio).read(bio, UnsafeMutableRawBufferPointer(start: bytes, count: Int(count)))
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            TLSStream.of(bio).write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
        }
        BIO_meth_set_ctrl(method) { bio, command, _, _ in
            switch command {
            case BIO_CTRL_FLUSH: 1
            case BIO_CTRL_EOF: TLSStream.of(bio).isEnded ? 1 : 0
            default: 0
            }
        }
        return method
    }()

    func attach() throws(TLSError) {
        guard let bio = BIO_new(Self.method) else { throw TLSError(openSSL: "cannot begin TLS") }
        // The BIO dies with `ssl`, and that with us.
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
        BIO_set_init(bio, 1)
        SSL_set_bio(ssl, bio, bio)
    }

    private static func of(_ bio: OpaquePointer?) -> TLSStream {
        guard let pointer = BIO_get_data(bio) else { preconditionFailure("a BIO without its stream") }
        return Unmanaged<TLSStream>.fromOpaque(pointer).takeUnretainedValue()
    }

    private func read(_ bio: OpaquePointer?, _ buffer: UnsafeMutableRawBufferPointer) -> Int32 {
        understudy_bio_clear_retry(bio)
        if earlyStart < early.count {
            let count = min(buffer.count, early.count - earlyStart)
            early.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[earlyStart..<earlyStart + count])) }
            earlyStart += count
            return Int32(count)
        }
        if !isDrained, reads > 0, !isEnded {
            reads -= 1
            switch Socket.receive(descriptor, into: buffer) {
            case .bytes(let count):
                isDrained = count < buffer.count
                return Int32(count)
            case .wouldBlock: isDrained = true
            case .end:
                isEnded = true
                return 0
            case .failed(let code):
                socketError = code
                return -1
            }
        }
        if isEnded { return 0 }
        understudy_bio_retry_read(bio)
        return -1
    }

    private func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        var rest = bytes
        if !hasUnsent {
            switch Socket.send(descriptor, bytes) {
            case .bytes(let count): rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
            case .failed(let code):
                socketError = code
                return -1
            }
        }
        guard rest.count + unsent.count - unsentStart <= Self.mostUnsent else {
            socketError = ENOBUFS
            return -1
        }
        if !rest.isEmpty { unsent.append(contentsOf: rest) }
        return Int32(bytes.count)
    }

    /// Sends from `unsent` what the socket takes, and gives the memory back with the last byte.
    func drain() {
        switch unsent.withUnsafeBytes({ Socket.send(descriptor, UnsafeRawBufferPointer(rebasing: $0[unsentStart...])) }) {
        case .bytes(let count): unsentStart += count
        case .failed(let code): socketError = code
        }
        if !hasUnsent {
            unsent = []
            unsentStart = 0
        }
    }
}
