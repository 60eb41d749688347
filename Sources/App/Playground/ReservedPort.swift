internal import Glibc

/// A free TCP port on loopback that nobody else who reserves this way gets, until this is released.
///
/// Bound without SO_REUSEADDR, so a second reservation fails, then marked reusable, so the server
/// it is for (which sets SO_REUSEADDR, as PostgreSQL and Understudy do) can bind and listen beside it.
final class ReservedPort: Sendable {
    let number: Int
    private let descriptors: [Int32]

    /// Below the range from which the kernel takes ports for outgoing connections, which
    /// could otherwise sit on a node's port while the node is down.
    private static let range = 15_000..<32_000
    private static let attempts = 200

    init() throws {
        for _ in 0..<Self.attempts {
            let number = Int.random(in: Self.range)
            if let descriptors = Self.bind(number) {
                self.number = number
                self.descriptors = descriptors
                return
            }
        }
        throw PlaygroundError("no free TCP port between \(Self.range.lowerBound) and \(Self.range.upperBound) after \(Self.attempts) tries")
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    /// The port on 127.0.0.1 and, where the machine has it, ::1; nil when it is taken on either.
    private static func bind(_ port: Int) -> [Int32]? {
        var v4 = sockaddr_in()
        v4.sin_family = sa_family_t(AF_INET)
        v4.sin_port = UInt16(port).bigEndian
        v4.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var v6 = sockaddr_in6()
        v6.sin6_family = sa_family_t(AF_INET6)
        v6.sin6_port = UInt16(port).bigEndian
        v6.sin6_addr = in6addr_loopback
        guard let first = bind(AF_INET, &v4, MemoryLayout<sockaddr_in>.size) else { return nil }
        guard let second = bind(AF_INET6, &v6, MemoryLayout<sockaddr_in6>.size) else {
            if errno != EADDRINUSE { return [first] }
            close(first)
            return nil
        }
        return [first, second]
    }

    private static func bind(_ family: Int32, _ address: UnsafeRawPointer, _ size: Int) -> Int32? {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        guard Glibc.bind(descriptor, address.assumingMemoryBound(to: sockaddr.self), socklen_t(size)) == 0 else {
            let code = errno
            close(descriptor)
            errno = code
            return nil
        }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, 4)
        return descriptor
    }
}
