internal import Reactor

/// Opens everything the configuration wants to be listened on.
enum ListenerSet {
    static func open(_ configuration: ProxyConfiguration, _ log: ProxyLog) throws(ProxyError) -> [Listener] {
        var listeners: [Listener] = []
        for host in configuration.listenAddresses {
            listeners += try listen(host, configuration, log)
        }
        for directory in configuration.unixSocketDirectories {
            let path = "\(directory)/.s.PGSQL.\(configuration.port)"
            do {
                listeners.append(try Listener(path: path, mode: configuration.unixSocketMode, group: configuration.unixSocketGroup,
                                              backlog: configuration.backlog))
            } catch {
                throw .cannotListen(path, reason: error.description)
            }
        }
        guard !listeners.isEmpty else { throw .cannotStart("neither listen_addresses nor unix_socket_directories name a place to listen") }
        for listener in listeners { listener.tune(configuration.tcp) }
        return listeners
    }

    /// Every address of a host. One that this machine does not have is passed over as long as another is there; one in use is not.
    private static func listen(_ host: String, _ configuration: ProxyConfiguration, _ log: ProxyLog) throws(ProxyError) -> [Listener] {
        let addresses = addresses(host, configuration.port)
        var listeners: [Listener] = [], failure = "the name has no address"
        for address in addresses {
            do { listeners.append(try Listener(address, backlog: configuration.backlog)) } catch {
                if error.isAddressInUse { throw .cannotListen(address.description, reason: error.description) }
                failure = error.description
                log(ProxyLogEntry(level: .warning, message: "cannot listen on \(address): \(error)"))
            }
        }
        if listeners.isEmpty { throw .cannotListen("\(host):\(configuration.port)", reason: failure) }
        return listeners
    }

    private static func addresses(_ host: String, _ port: Int) -> [SocketAddress] {
        if host == "*" { return ["0.0.0.0", "::"].compactMap { SocketAddress(numeric: $0, port: port) } }
        // A name may stand for one address more than once.
        var seen: Set<SocketAddress> = []
        return SocketAddress.resolve(host, port: port).filter { seen.insert($0).inserted }
    }
}
