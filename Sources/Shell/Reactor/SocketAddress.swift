package import Glibc

/// Where a socket listens or connects: an IPv4 or IPv6 address with a port, or a path.
package struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The kernel's form; only the first `length` bytes count.
    private let bytes: [UInt8]
    package let description: String

    /// A Unix-domain socket; nil when the path does not fit (107 bytes).
    package init?(path: String) {
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < capacity, !path.utf8.contains(0) else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        bytes = withUnsafeBytes(of: address) { Array($0) }
        description = path
    }

    /// A numeric IPv4 or IPv6 address; nil for anything else, names included.
    package init?(numeric host: String, port: Int) {
        guard let first = Self.lookUp(host, port: port, flags: AI_NUMERICHOST).first else { return nil }
        self = first
    }

    private init(_ info: addrinfo, host: String, port: Int) {
        bytes = Array(UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen)))
        description = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Every address of a host, in the resolver's order; empty when there is none. Blocks: never on a loop or an actor.
    package static func resolve(_ host: String, port: Int) -> [SocketAddress] { lookUp(host, port: port, flags: 0) }

    /// The numeric host and port alone, as libpq's `hostaddr` wants it; nil for a path.
    package var numericHost: String? {
        family == AF_UNIX ? nil : withPointer { Self.numeric($0, $1) }
    }

    /// A Unix-domain socket.
    package var isPath: Bool { family == AF_UNIX }

    package var family: Int32 { bytes.withUnsafeBytes { Int32($0.loadUnaligned(as: sa_family_t.self)) } }

    /// Calls `body` with what bind(2) and connect(2) take.
    package func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { buffer in
            guard let base = buffer.baseAddress else { preconditionFailure("a socket address is never empty") }
            return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(buffer.count))
        }
    }

    private static func lookUp(_ host: String, port: Int, flags: Int32) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        return sequence(first: list, next: { $0?.pointee.ai_next }).prefix { $0 != nil }.compactMap { entry in
            guard let info = entry?.pointee else { return nil }
            return SocketAddress(info, host: numeric(info.ai_addr, info.ai_addrlen) ?? host, port: port)
        }
    }

    private static func numeric(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        return text.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } }
    }
}
