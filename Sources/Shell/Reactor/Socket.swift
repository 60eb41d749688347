internal import CLinux
internal import Glibc

/// The calls on a connected, non-blocking stream socket. The descriptor is the caller's.
package enum Socket {
    /// What a read found.
    package enum Received: Hashable, Sendable {
        case bytes(Int)
        /// Nothing now.
        case wouldBlock
        /// The peer sends no more.
        case end
        /// The connection is broken; errno.
        case failed(Int32)
    }

    /// What a write took.
    package enum Sent: Hashable, Sendable {
        /// This many bytes; the rest would block.
        case bytes(Int)
        case failed(Int32)
    }

    /// One recv(2).
    package static func receive(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Received {
        while true {
            let count = understudy_receive(descriptor, buffer.baseAddress, buffer.count)
            if count > 0 { return .bytes(count) }
            if count == 0 { return .end }
            switch errno {
            case EAGAIN: return .wouldBlock
            case EINTR: continue
            default: return .failed(errno)
            }
        }
    }

    /// One send(2), without SIGPIPE.
    package static func send(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Sent {
        while true {
            let count = understudy_send(descriptor, bytes.baseAddress, bytes.count)
            if count >= 0 { return .bytes(count) }
            switch errno {
            case EAGAIN: return .bytes(0)
            case EINTR: continue
            default: return .failed(errno)
            }
        }
    }

    /// Begins to connect; ready for writing, or failed, when `connectError` says so. A Unix-domain socket whose listener
    /// is full fails with EAGAIN.
    package static func connect(to address: SocketAddress) throws(SocketError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw SocketError("socket") }
        if address.withPointer({ Glibc.connect(descriptor, $0, $1) }) != 0, errno != EINPROGRESS, errno != EINTR {
            let error = SocketError("connect")
            Glibc.close(descriptor)
            throw error
        }
        return descriptor
    }

    /// How a connect under way ended; nil when it succeeded.
    package static func connectError(_ descriptor: Int32) -> SocketError? {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return SocketError("getsockopt") }
        return code == 0 ? nil : SocketError("connect", code: code)
    }

    /// What the kernel shall do for a TCP connection that was made here; nothing for a path. One that was accepted has it from its listener.
    package static func tune(_ descriptor: Int32, _ options: TCPOptions) { options.apply(to: descriptor) }

    /// Says that nothing more is sent.
    package static func finish(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Closes a descriptor; its number may be anybody's from then on.
    package static func close(_ descriptor: Int32) { Glibc.close(descriptor) }

    /// A descriptor that stands for nothing, kept to be given up when there are no more.
    package static func spare() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }
}

extension SocketError {
    /// The process or the system has no descriptor left.
    package var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    package var isTimeout: Bool { code == ETIMEDOUT || code == EHOSTUNREACH || code == ENETUNREACH }
}
