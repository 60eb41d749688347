import Foundation
import Playground
import TestSupport
import Testing

extension IntegrationTests {
    /// TLS with applications and nodes, by the programs that others use.
    @Suite("TLS")
    struct TLSTests {
        private static func frontendSettings(_ files: Certificates) -> [(name: String, value: String)] {
            [("ssl", "on"), ("ssl_cert", files("server.crt")), ("ssl_key", files("server.key"))]
        }

        @Test("psql speaks TLS by every sslmode, checks who it speaks to, and goes without where it wants to")
        func modes() throws {
            let files = try Certificates.shared.get()
            try IntegrationTests.onCluster(standbys: 0, settings: Self.frontendSettings(files) + [("admin_users", "app")]) { cluster in
                let psql = PSQL(cluster)
                try expect(psql.conninfo("sslmode=disable"), lacks: "SSL")
                try expect(psql.conninfo("sslmode=prefer"), says: "protocol: TLSv1.3")
                try expect(psql.conninfo("sslmode=require ssl_max_protocol_version=TLSv1.2"), says: "protocol: TLSv1.2")
                try expect(psql.conninfo("sslmode=verify-full host=db.example hostaddr=127.0.0.1 sslrootcert=\(files("ca.crt"))"), says: "protocol: TLSv1.3")
                try expect(psql.run("sslmode=verify-full host=other.example hostaddr=127.0.0.1 sslrootcert=\(files("ca.crt"))", "SELECT 1").output, says: "does not match host name")
                try expect(psql.run("sslmode=verify-ca sslrootcert=\(files("stranger.crt"))", "SELECT 1").output, says: "certificate verify failed")
                #expect(try psql.run("sslmode=require ssl_max_protocol_version=TLSv1.1 ssl_min_protocol_version=TLSv1", "SELECT 1").status != 0)
                try expect(psql.conninfo("host=\(cluster.socketDirectory) sslmode=prefer"), lacks: "SSL")
                try expect(psql.run("dbname=understudy sslmode=require", "SHOW CLIENTS", user: "app").output, says: "TLSv1.3/TLS_AES")
                // A connection that went on in the clear after all, and one that never asked.
                #expect(try psql.run("sslmode=require", "SELECT 6 * 7") == (0, "42\n"))
            }
        }

        @Test("Much data passes through TLS unchanged in both directions, and a cancel arrives")
        func data() throws {
            let files = try Certificates.shared.get()
            try IntegrationTests.onCluster(standbys: 0, settings: Self.frontendSettings(files)) { cluster in
                let psql = PSQL(cluster)
                let lines = (0..<200_000).map { "\($0)\tnote \($0)\n" }.joined(), file = cluster.directory + "/lines"
                try lines.write(toFile: file, atomically: true, encoding: .utf8)
                #expect(try psql.run("sslmode=require", "CREATE TABLE t (id int PRIMARY KEY, note text)").status == 0)
                #expect(try psql.run("sslmode=require", "\\copy t FROM '\(file)'") == (0, "COPY 200000\n"))
                #expect(try psql.run("sslmode=require", "COPY (SELECT * FROM t ORDER BY id) TO STDOUT").output == lines)
                #expect(try psql.run("sslmode=require", "SELECT length(string_agg(repeat(note, 100), '')) FROM t").status == 0)
                let (status, output) = try IntegrationTests.interruptedSleep(through: cluster, "sslmode=require")
                #expect(status != 0 && output.contains("canceling statement due to user request"), "\(output)")
            }
        }

        @Test("TLS from the first byte is served with ALPN and refused without; in the clear nothing follows a request for TLS")
        func direct() throws {
            let files = try Certificates.shared.get()
            try IntegrationTests.onCluster(standbys: 0, settings: Self.frontendSettings(files)) { cluster in
                let answer = try Direct.ask(cluster, "-alpn", "postgresql")
                #expect(answer.contains("server_version"))
                #expect(answer.contains("by TLS alone"))
                try expect(Direct.ask(cluster), lacks: "server_version")
                try expect(Direct.ask(cluster, "-alpn", "h2"), lacks: "server_version")
                try expect(Direct.ask(cluster, "-starttls", "postgres"), says: "by TLS alone")
                let raw = try RawConnection(port: cluster.description.port)
                try raw.send([0, 0, 0, 8, 4, 210, 22, 47] + Direct.conversation)
                try expect(raw.readToEnd(), says: "08P01")
                let log = String(decoding: FileManager.default.contents(atPath: cluster.directory + "/log/understudy.log") ?? Data(), as: UTF8.self)
                #expect(log.contains("did not ask for the protocol postgresql (ALPN)"))
            }
        }

        @Test("Without ssl a request for TLS is declined, and TLS from the first byte ends the connection")
        func off() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                try expect(PSQL(cluster).run("sslmode=require", "SELECT 1").output, says: "server does not support SSL")
                try expect(Direct.ask(cluster, "-alpn", "postgresql"), lacks: "server_version")
                #expect(try PSQL(cluster).run("sslmode=prefer", "SELECT 6 * 7") == (0, "42\n"))
            }
        }

        @Test("A reload brings new certificates to new connections while others go on; bad ones leave the old in force and are named")
        func reload() throws {
            let files = try Certificates.shared.get(), certificate = files("live.crt"), key = files("live.key")
            try files.sign("renewed", subject: "/CN=renewed.example", names: "DNS:renewed.example", by: "ca")
            try files.install("server", as: "live")
            try IntegrationTests.onCluster(standbys: 0, settings: [("ssl", "on"), ("ssl_cert", certificate), ("ssl_key", key)].map { (name: $0.0, value: $0.1) }) { cluster in
                func connect(_ name: String) throws -> SQLClient {
                    try SQLClient(host: name, port: cluster.description.port, user: "app", database: PlaygroundCluster.database, passfile: cluster.passfile,
                                  options: ["hostaddr": "127.0.0.1", "sslmode": "verify-full", "sslrootcert": files("ca.crt"), "passfile": cluster.passfile])
                }
                let load = Load(threads: 2) { try cluster.connect().query("SELECT 1") }
                let old = try connect("db.example")
                #expect(sqlState { _ = try connect("renewed.example") } != nil)

                try files.install("renewed", as: "live")
                #expect(try IntegrationTests.run("reload", "--socket", cluster.description.socket).status == 0)
                let new = try connect("renewed.example")
                #expect(sqlState { _ = try connect("db.example") } != nil)

                try Data("nonsense".utf8).write(to: URL(filePath: key))
                let (status, output) = try IntegrationTests.run("reload", "--socket", cluster.description.socket)
                #expect(status != 0)
                expect(output, says: key)
                try connect("renewed.example").query("SELECT 1")
                for client in [old, new] { #expect(try client.query("SELECT 6 * 7") == [["42"]]) }
                #expect(load.stop() == nil)
            }
        }

        @Test("pool_hba.conf tells TLS from none, and lets a certificate's owner in by its name alone")
        func hostRules() throws {
            let files = try Certificates.shared.get()
            try files.sign("legacy", subject: "/CN=legacy", names: "DNS:legacy", by: "ca")
            try files.install("legacy", as: "legacy")
            try """
                hostssl   all legacy   127.0.0.1/32 cert
                hostnossl all trusting 127.0.0.1/32 trust
                host      all app      127.0.0.1/32 scram-sha-256
                """.write(toFile: files("pool_hba.conf"), atomically: true, encoding: .utf8)
            let settings = Self.frontendSettings(files) + [("ssl_ca_cert", files("ca.crt")), ("server_tls_sslmode", "disable"), ("enable_pool_hba", "on"), ("pool_hba_conf", files("pool_hba.conf"))]
            try IntegrationTests.onCluster(standbys: 0, settings: settings.map { (name: $0.0, value: $0.1) }) { cluster in
                let psql = PSQL(cluster)
                let owner = try psql.user("legacy", "sslmode=require sslcert=\(files("legacy.crt")) sslkey=\(files("legacy.key"))")
                #expect(owner == (0, "legacy\n"))
                #expect(try psql.user("legacy", "sslmode=require sslcert=\(files("alice.crt")) sslkey=\(files("alice.key"))").status == 2)
                #expect(try psql.user("legacy", "sslmode=require").status == 2)
                #expect(try psql.user("legacy", "sslmode=disable").status == 2)
                #expect(try psql.user("trusting", "sslmode=disable") == (0, "trusting\n"))
                #expect(try psql.user("trusting", "sslmode=require").status == 2)
                #expect(try psql.run("sslmode=require", "SELECT 6 * 7", user: "app") == (0, "42\n"))
            }
        }

        @Test("Backends, cancel requests and probes reach a node that takes TLS alone, with its certificate checked, also after a failover")
        func nodes() throws {
            let files = try Certificates.shared.get()
            let settings = [("server_tls_sslmode", "verify-full"), ("server_tls_ca_file", files("ca.crt")), ("server_tls_cert_file", files("alice.crt")),
                            ("server_tls_key_file", files("alice.key"))]
            try IntegrationTests.onCluster(standbys: 1, sync: 1, settings: settings.map { (name: $0.0, value: $0.1) }, startsDaemon: false) { cluster in
                for node in [0, 1] { try cluster.takeTLSAlone(node, files) }
                try cluster.startDaemon()
                let client = try cluster.connect()
                #expect(try client.query("SELECT ssl, version, client_dn LIKE '%CN=alice%' FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [["t", "TLSv1.3", "t"]])
                let (status, output) = try IntegrationTests.interruptedSleep(through: cluster)
                #expect(status != 0 && output.contains("canceling statement due to user request"), "\(output)")
                #expect(try client.query("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%sleep(60)' AND state = 'active'") == [["0"]])
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(0)
                #expect(sqlState { try client.query("INSERT INTO t VALUES (1)") } == nil)
                #expect(try client.query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [["t"]])
            }
        }

        @Test("A node whose certificate turns bad gets no new backends and is not taken for dead; with a good one all goes on")
        func spoiltNode() throws {
            let files = try Certificates.shared.get()
            let settings = [("server_tls_sslmode", "verify-full"), ("server_tls_ca_file", files("ca.crt")), ("query_wait_timeout", "1s"), ("authentication_timeout", "1s")]
            try IntegrationTests.onCluster(standbys: 1, settings: settings.map { (name: $0.0, value: $0.1) }, startsDaemon: false) { cluster in
                for node in [0, 1] { try cluster.offerTLS(node, files) }
                try cluster.startDaemon()
                let old = try cluster.connect()
                try old.query("BEGIN")
                try cluster.show(0, files, "foreign")
                #expect(sqlState { _ = try cluster.connect(user: "trusting").query("SELECT 1") } != nil)
                try IntegrationTests.eventually("the log says why") { try cluster.log().contains("TLS with it cannot begin: the handshake failed: certificate verify failed") }
                // Long enough for several probes to fail.
                usleep(2_000_000)
                #expect(try old.query("SELECT 6 * 7") == [["42"]])
                expect(try cluster.log(), lacks: "primary_lost")
                #expect(cluster.primary() == 0)
                try cluster.show(0, files, "server")
                IntegrationTests.eventually("new backends") { sqlState { _ = try cluster.connect(user: "trusting").query("SELECT 1") } == nil }
            }
        }

        @Test("A node without TLS is not used where TLS is demanded, nor one whose certificate is not for it", arguments: [
            ("require", nil, "server does not support SSL"), ("verify-full", "foreign", "certificate verify failed"), ("verify-full", "expired", "certificate verify failed"),
            ("prefer", nil, nil), ("disable", "foreign", nil),
        ] as [(String, String?, String?)])
        func wrongNode(_ mode: String, _ certificate: String?, _ refusal: String?) throws {
            let files = try Certificates.shared.get()
            let settings = [("server_tls_sslmode", mode), ("server_tls_ca_file", files("ca.crt")), ("authentication_timeout", "2s")].map { (name: $0.0, value: $0.1) }
            try IntegrationTests.onCluster(standbys: 0, settings: settings, startsDaemon: false) { cluster in
                if let certificate { try cluster.offerTLS(0, files, certificate) }
                try cluster.startDaemon(waits: refusal == nil)
                guard let refusal else { return #expect(try cluster.connect().query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [["f"]]) }
                let log = cluster.directory + "/log/understudy.log"
                // The first tries may come before the daemon listens.
                IntegrationTests.eventually("no login, and the log says why") {
                    sqlState { _ = try cluster.connect() } != nil
                        && String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self).contains(refusal)
                }
            }
        }
    }
}

private func expect(_ text: String, says words: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(text.contains(words), sourceLocation: sourceLocation)
}

private func expect(_ text: String, lacks words: String, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!text.contains(words), sourceLocation: sourceLocation)
}

/// Threads that do the same over and over, and the first failure among them.
private final class Load: @unchecked Sendable {
    // Guarded by `lock`.
    private var isOver = false, failure: String?, running: Int
    private let lock = NSCondition()

    init(threads: Int, _ body: @escaping @Sendable () throws -> Void) {
        running = threads
        for _ in 0..<threads {
            Thread.detachNewThread {
                while !self.lock.withLock({ self.isOver || self.failure != nil }) {
                    do { try body() } catch { self.lock.withLock { self.failure = "\(error)" } }
                }
                self.lock.withLock {
                    self.running -= 1
                    self.lock.broadcast()
                }
            }
        }
    }

    /// Waits for the threads.
    func stop() -> String? {
        lock.withLock {
            isOver = true
            while running > 0 { lock.wait() }
            return failure
        }
    }
}

extension Certificates {
    /// Puts a certificate and its key under another name, as a renewal does.
    fileprivate func install(_ from: String, as to: String) throws {
        for kind in ["crt", "key"] {
            let content = try Data(contentsOf: URL(filePath: self("\(from).\(kind)")))
            try content.write(to: URL(filePath: self("\(to).\(kind)")), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: self("\(to).\(kind)"))
        }
    }
}

/// psql through the proxy, with words for its connection.
private struct PSQL {
    let cluster: PlaygroundCluster
    init(_ cluster: PlaygroundCluster) { self.cluster = cluster }

    func launch(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try IntegrationTests.launch("/usr/bin/env", [program] + arguments, environment: [
            "PGHOST": "127.0.0.1", "PGPORT": String(cluster.description.port), "PGUSER": "app", "PGDATABASE": PlaygroundCluster.database,
            "PGPASSFILE": cluster.passfile, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8",
        ])
    }

    /// A user without a password file.
    func user(_ user: String, _ words: String) throws -> (status: Int32, output: String) { try run("passfile=/nonexistent " + words, "SELECT current_user", user: user) }

    func run(_ words: String, _ statement: String, user: String = "trusting") throws -> (status: Int32, output: String) {
        try launch("psql", [words + " user=\(user)", "-AtX", "-v", "ON_ERROR_STOP=1", "-c", statement])
    }

    /// What psql says about its connection.
    func conninfo(_ words: String) throws -> String {
        let (status, output) = try run(words, "\\conninfo")
        #expect(status == 0, "\(output)")
        return output
    }
}

/// A client that begins with TLS: `openssl s_client` with a whole conversation as its input.
private enum Direct {
    /// StartupMessage, Query and Terminate: the proxy ends the connection when it has answered.
    static let conversation: [UInt8] = {
        let startup = Array("user\0trusting\0database\0\(PlaygroundCluster.database)\0\0".utf8), query = Array("SELECT 'by TLS ' || 'alone'\0".utf8)
        func length(_ count: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(count).bigEndian, Array.init) }
        return length(startup.count + 8) + [0, 3, 0, 0] + startup + [UInt8(ascii: "Q")] + length(query.count + 4) + query + [UInt8(ascii: "X"), 0, 0, 0, 4]
    }()

    /// Everything that came back.
    static func ask(_ cluster: PlaygroundCluster, _ arguments: String...) throws -> String {
        let input = cluster.directory + "/conversation-\(UUID().uuidString)"
        try Data(conversation).write(to: URL(filePath: input))
        // s_client ends with its input or with the connection: a pipe that the shell itself holds open leaves the latter.
        let command = """
            mkfifo \(input).pipe; exec 3<>\(input).pipe; cat \(input) >&3
            timeout 20 openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:\(cluster.description.port) \(arguments.joined(separator: " ")) <\(input).pipe 2>&1 | tr -d '\\000'
            """
        return try IntegrationTests.launch("/bin/sh", ["-c", command]).output
    }
}

extension PlaygroundCluster {
    private func pgdata(_ node: Int) -> String { description.nodes[node].pgdata }

    private func place(_ from: String, _ to: String, _ node: Int, _ files: Certificates) throws {
        let owner = try #require(try FileManager.default.attributesOfItem(atPath: pgdata(node))[.ownerAccountID] as? Int), path = pgdata(node) + "/" + to
        try Data(contentsOf: URL(filePath: files(from))).write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes([.ownerAccountID: owner, .posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// A node that offers TLS shows another certificate.
    fileprivate func show(_ node: Int, _ files: Certificates, _ certificate: String) throws {
        let client = try connect(toNode: node)
        try place("\(certificate).crt", "server.crt", node, files)
        try place("\(certificate).key", "server.key", node, files)
        let before = try reloads(of: node)
        try client.query("SELECT pg_reload_conf()")
        // The postmaster reads the files when it gets round to it, and takes no connection meanwhile.
        try IntegrationTests.eventually("node \(node) reloads") { try reloads(of: node) > before }
    }

    /// How often a node has said that it reads its configuration again.
    private func reloads(of node: Int) throws -> Int {
        try String(contentsOfFile: directory + "/log/node\(node).log", encoding: .utf8).split(separator: "\n").count { $0.contains("received SIGHUP") }
    }

    /// A node offers TLS with a certificate.
    fileprivate func offerTLS(_ node: Int, _ files: Certificates, _ certificate: String = "server") throws {
        try place("ca.crt", "ca.crt", node, files)
        try place("\(certificate).crt", "server.crt", node, files)
        try place("\(certificate).key", "server.key", node, files)
        let handle = try #require(FileHandle(forWritingAtPath: pgdata(node) + "/postgresql.conf"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("ssl = on\nssl_ca_file = 'ca.crt'\n".utf8))
        try handle.close()
        try connect(toNode: node).query("SELECT pg_reload_conf()")
        try IntegrationTests.eventually("node \(node) speaks TLS") {
            try connect(toNode: node).query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == [["t"]]
        }
    }

    /// And takes connections in no other way, but for replication.
    fileprivate func takeTLSAlone(_ node: Int, _ files: Certificates) throws {
        try offerTLS(node, files)
        let path = pgdata(node) + "/pg_hba.conf", access = try String(contentsOfFile: path, encoding: .utf8)
        let lines = access.split(separator: "\n").map { $0.hasPrefix("host ") && !$0.contains("replication") ? "hostssl" + $0.dropFirst(4) : String($0) }
        let owner = try FileManager.default.attributesOfItem(atPath: path)[.ownerAccountID]
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.ownerAccountID: owner as Any], ofItemAtPath: path)
        try connect(toNode: node).query("SELECT pg_reload_conf()")
    }
}
