/// What no single line can be blamed for alone.
extension ConfigurationFile {
    /// Room for a Unix-domain socket's path: `sun_path` without its final NUL.
    private static let longestSocketPath = 107

    mutating func checkWhole() {
        checkStrayNumbers()
        checkDistinct(\.backends.hostname) { settings, node in settings.address(node).lowercased() }
        checkDistinct(\.backends.applicationName) { settings, node in settings.nodeName(node) }
        checkFlags()
        checkProbing()
        checkListeners()
        checkOwnAddress()
        checkPaths()
        checkTLS()
        checkSecrets()
    }

    private var start: Settings.Place { Settings.Place(file: path, line: 1) }

    /// The place to blame for a node's parameter: where it is written, else where the node is.
    private func place<Value>(_ path: KeyPath<SettingsRegistry, Parameter<Value>>, _ node: Int) -> Settings.Place {
        settings.place(of: path, node: node) ?? settings.place(of: \.backends.hostname, node: node) ?? start
    }

    private mutating func checkStrayNumbers() {
        let nodes = settings.nodes
        if nodes.isEmpty { found.error(start, "there is no node: expected backend_hostname0 and backend_port0 at least") }
        for stray in settings.writtenPerNode where !nodes.contains(stray.node) && stray.name != SettingsRegistry.shared.backends.hostname.declaration.name {
            found.error(stray.place, "\(stray.name)\(stray.node) is for a node without backend_hostname\(stray.node)")
        }
    }

    /// No two nodes may have the same `what`.
    private mutating func checkDistinct(_ path: KeyPath<SettingsRegistry, Parameter<String>>, _ what: (Settings, Int) -> String) {
        var first: [String: Int] = [:]
        for node in settings.nodes {
            let own = what(settings, node)
            if let twin = first[own] { found.error(place(path, node), "nodes \(twin) and \(node) are both \(own): each node needs its own") }
            first[own] = first[own] ?? node
        }
    }

    private mutating func checkFlags() {
        for node in settings.nodes where Set(settings[\.backends.flag, node: node]).isSuperset(of: ["ALLOW_TO_FAILOVER", "DISALLOW_TO_FAILOVER"]) {
            found.error(place(\.backends.flag, node), "backend_flag\(node) has both ALLOW_TO_FAILOVER and DISALLOW_TO_FAILOVER: expected one of them")
        }
    }

    private mutating func checkProbing() {
        let blind = settings.nodes.filter { settings[\.health.user, node: $0].isEmpty }
        guard let first = blind.first else { return }
        let nodes = blind.count == 1 ? "node \(first)" : "nodes " + blind.map(String.init).joined(separator: ", ")
        found.error(place(\.health.user, first), "\(nodes) cannot be watched: health_check_user is not set")
    }

    private mutating func checkListeners() {
        let directories = settings[\.connections.unixSocketDirectories], port = settings[\.connections.port]
        if directories.isEmpty && settings[\.connections.listenAddresses].isEmpty {
            found.error(settings.place(of: \.connections.listenAddresses) ?? start,
                        "nobody can connect: listen_addresses and unix_socket_directories are both empty")
        }
        for socket in directories.map({ "\($0)/.s.PGSQL.\(port)" }) {
            checkSocketPath(socket, settings.place(of: \.connections.unixSocketDirectories), "unix_socket_directories")
        }
        checkSocketPath(settings[\.daemon.controlSocket], settings.place(of: \.daemon.controlSocket), "control_socket")
    }

    private mutating func checkSocketPath(_ socket: String, _ place: Settings.Place?, _ name: String) {
        let length = socket.utf8.count
        guard length > Self.longestSocketPath else { return }
        found.error(place ?? start, "\(name): the socket's path may have \(Self.longestSocketPath) bytes, \(clipped(socket)) has \(length)")
    }

    /// The daemon's own folders do not depend on where it was started; a file that is named must be there.
    private mutating func checkPaths() {
        for path in [\SettingsRegistry.daemon.stateDirectory, \.daemon.controlSocket, \.daemon.hookDirectory] where !settings[path].hasPrefix("/") {
            let name = SettingsRegistry.shared[keyPath: path].declaration.name
            found.error(settings.place(of: path) ?? start, "\(name) must be absolute, got '\(clipped(settings[path]))'")
        }
        let file = settings[\.authentication.poolPasswd]
        if let place = settings.place(of: \.authentication.poolPasswd), !file.isEmpty, !files.exists(resolve(file, in: path)) {
            found.error(place, "pool_passwd: there is no file \(resolve(file, in: path)): make it, or write '' for none")
        }
    }

    /// A node at our own address would make every backend another frontend of ours.
    private mutating func checkOwnAddress() {
        for node in settings.nodes where settings[\.backends.port, node: node] == settings[\.connections.port] && settings.listens(at: settings[\.backends.hostname, node: node]) {
            found.error(place(\.backends.port, node), "node \(node) is at \(settings.address(node)), where Understudy itself listens: change backend_port\(node) or port")
        }
    }

    private mutating func checkSecrets() {
        for (file, place) in secrets.sorted(by: { $0.key < $1.key }) {
            guard let access = files.access(to: file), access.isTooOpen else { continue }
            found.error(place, "\(file) holds a password and \(access.complaint)")
        }
    }
}

extension Settings {
    /// The listen addresses that take connections to a name of this machine's loopback.
    private static let loopbackListeners: [String: Set<String>] = [
        "localhost": ["127.0.0.1", "::1", "*", "0.0.0.0", "::"],
        "127.0.0.1": ["localhost", "*", "0.0.0.0"],
        "::1": ["localhost", "*", "::"],
    ]

    fileprivate func address(_ node: Int) -> String { "\(self[\.backends.hostname, node: node]):\(self[\.backends.port, node: node])" }

    /// Whether our own listeners take connections to `host`, as far as names tell.
    fileprivate func listens(at host: String) -> Bool {
        if host.hasPrefix("/") { return self[\.connections.unixSocketDirectories].contains(host) }
        let own = Set(self[\.connections.listenAddresses].map { $0.lowercased() }), host = host.lowercased()
        return own.contains(host) || !own.isDisjoint(with: Self.loopbackListeners[host] ?? [])
    }
}
