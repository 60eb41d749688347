/// Where something listens, as a configuration has it: a host name, an address or the directory of a socket, and a port.
package struct HostName: Hashable, Sendable {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Whether this is a directory in which PostgreSQL keeps its Unix-domain socket.
    package var isDirectory: Bool { host.hasPrefix("/") }

    /// The address where no name must be looked up; nil for a name, and for a directory whose path is too long for a socket.
    package var direct: SocketAddress? {
        isDirectory ? SocketAddress(path: "\(host)/.s.PGSQL.\(port)") : SocketAddress(numeric: host, port: port)
    }
}
