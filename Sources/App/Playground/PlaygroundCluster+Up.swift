internal import Foundation

/// Making a cluster from nothing.
extension PlaygroundCluster {
    /// Brings a cluster up. When something fails on the way, what was made is taken down again.
    package static func up(_ options: Options) throws -> PlaygroundCluster {
        guard (0...8).contains(options.standbys) else { throw PlaygroundError("--standbys takes 0 to 8, got \(options.standbys)") }
        guard (0...options.standbys).contains(options.sync) else {
            throw PlaygroundError("--sync takes 0 to the number of standbys (\(options.standbys)), got \(options.sync)")
        }
        let (cluster, ports) = try layOut(options)
        defer { withExtendedLifetime(ports) {} }
        do {
            try cluster.makePrimary()
            try cluster.makeStandbys()
            if options.sync > 0 { try cluster.makeSynchronous(options.sync) }
            try cluster.configureDaemon(options.settings)
            if options.startsDaemon { try cluster.startDaemon() }
        } catch {
            // The failure is the news; what cannot be cleaned up after it is left for `down`.
            do { try cluster.down() } catch let cleanup { throw PlaygroundError("\(error)\nand cleaning up failed: \(cleanup)") }
            throw error
        }
        return cluster
    }

    /// The directory and what it remembers. The ports are nobody else's as long as the second value lives.
    private static func layOut(_ options: Options) throws -> (PlaygroundCluster, [ReservedPort]) {
        let tools = try ServerTools()
        let directory = try PlaygroundPlace.make(options.directory, for: tools)
        // The servers' user must get through to its own folders, and nobody needs to list this one.
        for (folder, mode) in [("", 0o711), ("/nodes", 0o711), ("/log", 0o700), ("/run", 0o755), ("/hooks", 0o755), ("/state", 0o700)] {
            try FileManager.default.createDirectory(atPath: directory + folder, withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: directory + folder)
        }
        for folder in ["/nodes", "/log", "/run"] { try tools.giveAway(directory + folder) }
        let reserved = try (0...options.standbys + 1).map { _ in try ReservedPort() }
        let ports = reserved.map(\.number)
        let description = PlaygroundDescription(
            dir: directory, port: ports[0], user: "app", database: database, socket: directory + "/control.sock",
            nodes: (0...options.standbys).map { id in
                .init(id: id, port: ports[id + 1], pgdata: directory + "/nodes/node\(id)", role: id == 0 ? "primary" : "standby")
            },
            members: [.init(id: 0, port: ports[0], pid: 0)], passfile: directory + "/passfile", sync: options.sync)
        try description.save()
        try PlaygroundMemory.remember(directory)
        return (PlaygroundCluster(description: description, tools: tools, executable: options.executable), reserved)
    }

    // MARK: Servers

    private func makePrimary() throws {
        let secrets = Secrets()
        try write(secrets.passfile, to: passfile, mode: 0o600)
        let initial = directory + "/nodes/initial-password"
        try write(secrets.control + "\n", to: initial, mode: 0o600)
        try tools.giveAway(initial)
        try tools.run("initdb", ["-D", node(0).pgdata, "-U", Self.controlUser, "--pwfile", initial, "--auth=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C"])
        try FileManager.default.removeItem(atPath: initial)
        try append(ServerFiles.settings(port: node(0).port, sockets: socketDirectory, name: "node0"), to: node(0).pgdata + "/postgresql.conf")
        try write(ServerFiles.hostAccess, to: node(0).pgdata + "/pg_hba.conf", mode: 0o600)
        try tools.giveAway(node(0).pgdata)
        try startNode(0)
        let client = try connect(toNode: 0)
        for statement in secrets.roles + ["CREATE DATABASE \(Self.database) OWNER app"] { try client.query(statement) }
        for node in description.nodes.dropFirst() { try client.query("SELECT pg_create_physical_replication_slot('node\(node.id)', true)") }
        let app = try connect(toNode: 0, database: Self.database)
        try app.query("GRANT ALL ON SCHEMA public TO PUBLIC")
        try write(secrets.poolPasswd, to: directory + "/pool_passwd", mode: 0o600)
        try write(secrets.conf, to: directory + "/secrets.conf", mode: 0o600)
    }

    private func makeStandbys() throws {
        let copy = directory + "/nodes/passfile"
        try FileManager.default.copyItem(atPath: passfile, toPath: copy)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
        try tools.giveAway(copy)
        try inParallel(description.nodes.dropFirst().map(\.id)) { id in
            let conninfo = "host=127.0.0.1 port=\(self.node(0).port) user=replicator passfile='\(copy)' application_name=node\(id)"
            try self.tools.run("pg_basebackup", ["-D", self.node(id).pgdata, "-c", "fast", "-X", "stream", "--no-sync", "-S", "node\(id)", "-d", conninfo])
            let pgdata = self.node(id).pgdata
            try self.append(ServerFiles.settings(port: self.node(id).port, sockets: self.socketDirectory, name: "node\(id)")
                + ServerFiles.following(conninfo: conninfo, slot: "node\(id)"), to: pgdata + "/postgresql.conf")
            try self.write("", to: pgdata + "/standby.signal", mode: 0o600)
            try self.tools.giveAway(pgdata)
            try self.startNode(id)
        }
        try waitFor("every standby streams", "SELECT count(*) = \(description.nodes.count - 1) FROM pg_stat_replication WHERE state = 'streaming'")
    }

    /// Only the primary is told: a standby that is promoted must not wait for itself.
    private func makeSynchronous(_ count: Int) throws {
        let names = (1...count).map { "node\($0)" }.joined(separator: ", ")
        let client = try connect(toNode: 0)
        try client.query("ALTER SYSTEM SET synchronous_standby_names = 'FIRST \(count) (\(names))'")
        try client.query("SELECT pg_reload_conf()")
        try waitFor("\(names) is synchronous", "SELECT count(*) = \(count) FROM pg_stat_replication WHERE sync_state = 'sync'")
    }

    private func waitFor(_ what: String, _ condition: String) throws {
        let client = try connect(toNode: 0)
        let deadline = Date(timeIntervalSinceNow: 30)
        while try client.query(condition).first?.first != "t" {
            guard Date() < deadline else { throw PlaygroundError("still not so after 30 s: \(what) (see \(directory)/log)") }
            usleep(20_000)
        }
    }

    // MARK: The daemon's files

    private func configureDaemon(_ settings: [(name: String, value: String)]) throws {
        let nodes = description.nodes.map { node in
            """
            backend_hostname\(node.id) = '127.0.0.1'
            backend_port\(node.id) = \(node.port)
            backend_data_directory\(node.id) = '\(node.pgdata)'
            backend_application_name\(node.id) = 'node\(node.id)'

            """
        }.joined()
        let text = """
            # A playground's configuration, written by `understudy playground up`.
            listen_addresses = 'localhost'
            port = \(description.port)
            unix_socket_directories = '\(socketDirectory)'
            \(nodes)
            health_check_user = '\(Self.monitorUser)'
            recovery_user = '\(Self.controlUser)'
            include 'secrets.conf'
            pool_passwd = 'pool_passwd'
            state_directory = '\(directory)/state'
            control_socket = '\(description.socket)'
            hook_directory = '\(directory)/hooks'
            cluster_name = 'playground'

            """ + settings.map { "\($0.name) = '\($0.value.replacing("'", with: "''"))'\n" }.joined()
        try write(text, to: configurationFile, mode: 0o600)
    }

    // MARK: Files

    private func write(_ text: String, to path: String, mode: Int) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]) else {
            throw PlaygroundError("\(path) cannot be written")
        }
    }

    private func append(_ text: String, to path: String) throws {
        guard let handle = FileHandle(forWritingAtPath: path) else { throw PlaygroundError("\(path) cannot be written") }
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}

/// Runs `body` for every element on a thread of its own; throws the first failure once all have ended.
func inParallel<Element: Sendable>(_ elements: [Element], _ body: @escaping @Sendable (Element) throws -> Void) throws {
    let lock = NSLock()
    nonisolated(unsafe) var failure: (any Error)?
    DispatchQueue.concurrentPerform(iterations: elements.count) { index in
        do { try body(elements[index]) } catch { lock.withLock { failure = failure ?? error } }
    }
    if let failure { throw failure }
}
