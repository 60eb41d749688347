internal import Glibc

/// Who is at the ends of a connection.
extension Socket {
    /// The peer's numeric address and port; nil for a Unix-domain socket, and for a connection that is gone already.
    package static func peer(_ descriptor: Int32) -> (host: String, port: Int)? { name(descriptor, getpeername) }

    /// Where the other end of a connection is, as a number.
    package enum Place: Hashable, Sendable {
        case v4(UInt32)
        case v6(UInt128)
        /// On this machine, by a Unix-domain socket.
        case local
    }

    /// The place of the peer; nil for a connection that is gone already.
    package static func place(_ descriptor: Int32) -> Place? {
        var address = sockaddr_storage(), size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &size) } }
        guard status == 0 else { return nil }
        return withUnsafeBytes(of: address) { bytes in
            switch Int32(address.ss_family) {
            case AF_INET: .v4(UInt32(bigEndian: bytes.load(as: sockaddr_in.self).sin_addr.s_addr))
            case AF_INET6: .v6(withUnsafeBytes(of: bytes.load(as: sockaddr_in6.self).sin6_addr) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
            case AF_UNIX: .local
            default: nil
            }
        }
    }

    /// Our own end's numeric address and port.
    package static func own(_ descriptor: Int32) -> (host: String, port: Int)? { name(descriptor, getsockname) }

    private static func name(_ descriptor: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32) -> (host: String, port: Int)? {
        var address = sockaddr_storage(), size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST)), service = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let isNamed = withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                ask(descriptor, address, &size) == 0 && [AF_INET, AF_INET6].contains(Int32(address.pointee.sa_family))
                    && getnameinfo(address, size, &host, socklen_t(host.count), &service, socklen_t(service.count), NI_NUMERICHOST | NI_NUMERICSERV) == 0
            }
        }
        guard isNamed, let port = Int(text(service)) else { return nil }
        return (text(host), port)
    }

    /// Whether the connection came by a Unix-domain socket.
    package static func isLocal(_ descriptor: Int32) -> Bool {
        var address = sockaddr_storage(), size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutablePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) } }
        return status == 0 && Int32(address.ss_family) == AF_UNIX
    }

    private static func text(_ characters: [CChar]) -> String { String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) }
}
