internal import CLinux
internal import Glibc

/// A listening socket, non-blocking. Closes itself, and takes its path away, when it is released.
package final class Listener: Sendable {
    package let descriptor: Int32
    package let address: SocketAddress
    /// The port the kernel chose where 0 was asked for; nil for a path.
    package let port: Int?
    private let path: String?
    /// What the system gives to the connections of a listener that is not tuned.
    private let untouched: TCPOptions

    /// Listens on an address; for a path use `init(path:…)`.
    package init(_ address: SocketAddress, backlog: Int32) throws(SocketError) {
        let descriptor = try Self.open(address)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        if address.family == AF_INET6 { setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, 4) }
        try Self.start(descriptor, address, backlog)
        self.descriptor = descriptor
        self.address = address
        port = Self.boundPort(descriptor)
        path = nil
        untouched = TCPOptions(untouched: descriptor)
    }

    /// Listens on a path with the given mode and group (nil: the process's). A path left behind by a dead process is
    /// taken over; one that a living process answers on fails as an address in use.
    package init(path: String, mode: UInt32, group: UInt32? = nil, backlog: Int32) throws(SocketError) {
        guard let address = SocketAddress(path: path) else { throw SocketError("bind", code: ENAMETOOLONG) }
        let descriptor = try Self.open(address)
        try Self.clear(path, for: address, descriptor)
        // Nobody can connect between bind and chmod: the mode starts as the owner's alone.
        let previous = umask(0o177)
        let result = Result { () throws(SocketError) in try Self.start(descriptor, address, backlog) }
        umask(previous)
        try result.get()
        if let group, chown(path, uid_t.max, group) != 0 { throw Self.fail("chown", descriptor) }
        guard chmod(path, mode) == 0 else { throw Self.fail("chmod", descriptor) }
        self.descriptor = descriptor
        self.address = address
        self.path = path
        port = nil
        untouched = TCPOptions()
    }

    deinit {
        close(descriptor)
        if let path { unlink(path) }
    }

    /// What the kernel shall do for the connections to come; nothing for a path.
    package func tune(_ options: TCPOptions) { if port != nil { options.apply(toListener: descriptor, untouched: untouched) } }

    /// From now on who connects is refused at once. The descriptor stays its own.
    package func refuse() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// The next connection, non-blocking and close-on-exec; nil when none waits.
    package func accept() throws(SocketError) -> Int32? {
        while true {
            let descriptor = understudy_accept(self.descriptor)
            if descriptor >= 0 { return descriptor }
            switch errno {
            case EAGAIN: return nil
            case EINTR, ECONNABORTED, EPROTO: continue
            default: throw SocketError("accept4")
            }
        }
    }

    private static func open(_ address: SocketAddress) throws(SocketError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw SocketError("socket") }
        return descriptor
    }

    private static func start(_ descriptor: Int32, _ address: SocketAddress, _ backlog: Int32) throws(SocketError) {
        guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else { throw fail("bind", descriptor) }
        guard listen(descriptor, backlog) == 0 else { throw fail("listen", descriptor) }
    }

    /// Removes a socket file that nobody answers on any more.
    private static func clear(_ path: String, for address: SocketAddress, _ descriptor: Int32) throws(SocketError) {
        let probe = try open(address)
        defer { close(probe) }
        let isAnswered = address.withPointer { connect(probe, $0, $1) } == 0 || errno == EAGAIN
        if isAnswered {
            close(descriptor)
            throw SocketError("bind", code: EADDRINUSE)
        }
        if errno == ECONNREFUSED { unlink(path) }
    }

    private static func fail(_ call: String, _ descriptor: Int32) -> SocketError {
        let error = SocketError(call)
        close(descriptor)
        return error
    }

    private static func boundPort(_ descriptor: Int32) -> Int? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard status == 0 else { return nil }
        return withUnsafeBytes(of: storage) { Int(UInt16(bigEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self))) }
    }
}
