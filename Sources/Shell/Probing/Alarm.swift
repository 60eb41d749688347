internal import CLinux
internal import Glibc
internal import Reactor

/// Something another thread can ring and a task can wait for: an eventfd.
final class Alarm: Sendable {
    let descriptor: Int32

    init() throws(SocketError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SocketError("eventfd") }
    }

    deinit { close(descriptor) }

    /// Readable from now on, until `quiet`.
    func ring() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }

    func quiet() {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
    }
}
