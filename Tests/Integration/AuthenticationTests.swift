import Foundation
import Playground
import TestSupport
import Testing

extension IntegrationTests {
    /// Who gets in, with real servers, real clients and the real command line.
    @Suite("Authentication")
    struct AuthenticationTests {
        @Test("Each method of pool_hba.conf lets in whom it should, to a node that asks for something else, and nobody with a wrong password")
        func methods() throws {
            try onGuarded("""
                local all all trust
                host all u_trust all trust
                host all u_reject all reject
                host all u_password,u_proved all password
                host all u_md5,legacy,u_mixed all md5
                host replication replicator all scram-sha-256
                host all all 127.0.0.0/8 scram-sha-256
                """) { site in
                for user in ["u_trust", "u_reject", "u_password", "u_md5", "u_scram", "u_verifier", "u_mixed", "u_aes", "u_foreign", "u_unlisted", "u_proved"] {
                    try site.node("CREATE ROLE \(user) LOGIN PASSWORD 'right of \(user)'")
                }
                for (user, method) in [("u_trust", "text"), ("u_reject", "text"), ("u_md5", "text"), ("u_scram", "text"), ("u_aes", "aes"), ("u_foreign", "scram-sha-256"), ("u_proved", "scram-sha-256")] {
                    let said = try site.passwd(user, "right of \(user)", "--method", method)
                    #expect(said.contains("the daemon cannot log in to a node with it") == (method == "scram-sha-256"), "\(said)")
                }
                for user in ["u_verifier", "u_mixed"] {
                    try site.passwd(user, try #require(try site.node("SELECT rolpassword FROM pg_authid WHERE rolname = '\(user)'").first?.first ?? nil), "--stored")
                }
                try site.passwd("legacy", try #require(try site.node("SELECT rolpassword FROM pg_authid WHERE rolname = 'legacy'").first?.first ?? nil), "--stored")
                try site.passwd("replicator", site.password(of: "replicator"), "--method", "text")
                try site.start()

                for user in ["u_password", "u_proved", "u_md5", "u_scram", "u_verifier", "u_mixed", "u_aes"] {
                    #expect(try site.logIn(user, "right of \(user)") == user)
                    #expect(site.refusal(user, "wrong") == "28P01", "\(user), whose backend is pooled by now (CVE-2025-46801)")
                    #expect(site.refusal(user, "") == "28P01" || site.refusal(user, "") == "no password", "\(user)")
                }
                #expect(try site.logIn("legacy", site.password(of: "legacy")) == "legacy", "the md5 digest is enough where the node asks for md5")
                #expect(site.refusal("legacy", "wrong") == "28P01")
                #expect(try site.logIn("u_trust", "anything") == "u_trust")
                #expect(site.refusal("u_reject", "right of u_reject") == "28000")
                #expect(site.refusal("u_unlisted", "right of u_unlisted") == "28P01", "who is not in pool_passwd is refused like one with a wrong password")
                #expect(site.refusal("nobody", "x") == "28P01")
                #expect(site.words("u_foreign", "right of u_foreign").contains("salt or iterations differ"), "\(site.words("u_foreign", "right of u_foreign"))")
                #expect(try site.logIn("u_trust", "", host: site.cluster.socketDirectory) == "u_trust")
                #expect(site.refusal("u_scram", "right of u_scram", host: "::1") == "28000" || site.words("u_scram", "x", host: "::1").contains("refused"), "no rule for ::1")
                for kind in ["true", "database"] {
                    let walsender = try site.client("replicator", site.password(of: "replicator"), options: ["replication": kind])
                    #expect(try walsender.query("IDENTIFY_SYSTEM").first?.count == 4, "replication=\(kind)")
                    #expect(site.words("replicator", "wrong", options: ["replication": kind]).contains("password authentication failed"))
                }
                #expect(site.words("u_scram", "right of u_scram", options: ["replication": "true"]).contains("no pool_hba.conf entry"))
                let log = try site.log()
                #expect(log.contains("user \"nobody\", database \"app\", from 127.0.0.1") && !log.contains("right of"))
            }
        }

        @Test("A certificate lets in the user whom it names, with TLS alone; hostssl and hostnossl see what the connection is")
        func certificates() throws {
            let files = try Certificates.shared.get()
            let settings = [("ssl", "on"), ("ssl_cert", files("server.crt")), ("ssl_key", files("server.key")), ("ssl_ca_cert", files("ca.crt")), ("server_tls_sslmode", "disable")]
            try onGuarded("hostssl all alice,bob all cert\nhostssl all app all scram-sha-256\nhostnossl all all all reject", settings) { site in
                for user in ["alice", "bob"] {
                    try site.node("CREATE ROLE \(user) LOGIN PASSWORD 'of \(user)'")
                    try site.passwd(user, "of \(user)", "--method", "text")
                }
                try site.start()
                let shown = ["sslmode": "require", "sslcert": files("alice.crt"), "sslkey": files("alice.key")]
                #expect(try site.client("alice", "", options: shown).query("SELECT current_user").first?.first == "alice")
                #expect(site.words("bob", "of bob", options: shown).contains("certificate authentication failed for user \"bob\""))
                #expect(site.words("alice", "of alice", options: ["sslmode": "require"]).contains("requires a valid client certificate"))
                #expect(site.words("alice", "of alice", options: ["sslmode": "disable"]).contains("pool_hba.conf rejects connection"))
                let password = try site.password(of: "app")
                #expect(try site.client("app", password, options: ["sslmode": "require"]).query("SELECT current_user").first?.first == "app", "SCRAM, where the client could bind to the channel")
                #expect(site.words("app", password, options: ["sslmode": "require", "channel_binding": "require"]).contains("channel binding"))
            }
        }

        @Test("auth_query lets users in by the node's own verifiers, in a fixed search_path; expired and unknown ones stay out; a new password counts soon")
        func query() throws {
            let settings = [("auth_user", "understudy"), ("auth_dbname", "app"), ("pool_mode", "transaction"),
                            ("auth_query", "SELECT rolname, CASE current_setting('search_path') WHEN 'pg_catalog' THEN rolpassword END FROM pg_authid WHERE rolname = $1 AND coalesce(rolvaliduntil > now(), true)")]
            try onGuarded("host all all all scram-sha-256", settings) { site in
                try site.node("ALTER ROLE understudy SET search_path = 'public'")
                try site.node("CREATE ROLE expired LOGIN PASSWORD 'x' VALID UNTIL '2001-01-01'")
                try site.node("CREATE ROLE moving LOGIN PASSWORD 'first'")
                try site.passwd("understudy", site.password(of: "understudy"), "--method", "text")
                try site.start()
                #expect(try site.logIn("relayed", site.password(of: "relayed")) == "relayed")
                #expect(site.refusal("relayed", "wrong") == "28P01")
                #expect(site.refusal("expired", "x") == "28P01")
                #expect(site.refusal("nobody", "x") == "28P01")
                #expect(try site.logIn("moving", "first") == "moving")
                try site.node("ALTER ROLE moving PASSWORD 'second'")
                IntegrationTests.eventually("the new password counts") { site.refusal("moving", "second") == nil }
                #expect(site.refusal("moving", "first") == "28P01")
                // Sessions survive a restart of the node: the keys out of the proof log in again.
                let session = try site.client("relayed", site.password(of: "relayed"))
                try session.query("SELECT 1")
                try site.cluster.stopNode(0, mode: "immediate")
                try site.cluster.startNode(0)
                IntegrationTests.eventually("the session goes on") { sqlState { try session.query("SELECT 1") } == nil }
            }
        }

        @Test("A question that is wrong is told at once, and the log says what is wrong with it", arguments: [
            ("SELECT rolname FROM pg_authid WHERE rolname = $1", "expected two columns"),
            ("SELECT rolname, 'secret' FROM pg_authid WHERE rolname = $1", "expected a secret as in pg_authid"),
            ("SELECT rolname, rolpassword FROM pg_nowhere WHERE rolname = $1", "pg_nowhere"),
        ])
        func mistakenQuery(_ query: String, _ words: String) throws {
            try onGuarded("host all all all scram-sha-256", [("auth_user", "understudy"), ("auth_dbname", "app"), ("auth_query", query)]) { site in
                try site.passwd("understudy", site.password(of: "understudy"), "--method", "text")
                try site.start()
                let began = Date(), said = site.words("relayed", try site.password(of: "relayed"))
                #expect(said.contains("cannot be looked up now") && !said.contains(words), "\(said)")
                #expect(Date().timeIntervalSince(began) < 30, "authentication_timeout is a minute")
                #expect(try site.log().contains(words))
            }
        }

        @Test("A login that the primary judges waits for one")
        func judgedLater() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("allow_clear_text_frontend_auth", "on")]) { cluster in
                let site = try Site(cluster), password = try site.password(of: "relayed")
                try cluster.killNode(0)
                try IntegrationTests.eventually("there is no primary") { try site.log().contains("primary_lost") }
                let answer = Answer()
                Thread.detachNewThread { answer.set(site.words("relayed", password)) }
                try IntegrationTests.eventually("the login is under way") {
                    try IntegrationTests.run("status", "--json", "--socket", cluster.description.socket).output.contains("\"frontends\":1") || answer.words != nil
                }
                try cluster.startNode(0)
                IntegrationTests.eventually("it is judged") { answer.words != nil }
                #expect(answer.words == "")
            }
        }

        @Test("Without rules users who are known prove it to the proxy and others to the node; a clear password is asked for where that is allowed")
        func knowledge() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("allow_clear_text_frontend_auth", "on")]) { cluster in
                let site = try Site(cluster)
                #expect(try site.logIn("app", site.password(of: "app")) == "app")
                #expect(try site.logIn("relayed", site.password(of: "relayed")) == "relayed")
                for user in ["app", "relayed"] { #expect(site.refusal(user, "wrong") == "28P01") }
                #expect(site.words("trusting", "anything").contains("password authentication failed"), "a node that asks for nothing judges nothing")
                // A reload takes a new pool_passwd over.
                try site.passwd("trusting", "a password of ours", "--method", "scram-sha-256")
                try site.passwd("app", "", "--delete")
                try site.reload()
                IntegrationTests.eventually("the user is known") { site.refusal("trusting", "a password of ours") == nil }
                #expect(site.refusal("trusting", "wrong") == "28P01")
            }
        }

        @Test("A reload takes rules and secrets over together, or nothing where one of them has a mistake; sessions stay")
        func reload() throws {
            try onGuarded("host all app all scram-sha-256") { site in
                try site.start()
                let password = try site.password(of: "app"), session = try site.client("app", password)
                for (rules, mistake) in [("host all app all reject\nhost all all all ldap", "pool_hba.conf:2: ldap does not exist yet"), ("host all app nowhere trust", "is no address")] {
                    try site.write(rules: rules)
                    let (status, output) = try IntegrationTests.run("reload", "-f", site.cluster.configurationFile)
                    #expect(status != 0 && output.contains(mistake), "\(output)")
                    #expect(try site.logIn("app", password) == "app", "the rules that were there hold")
                }
                try site.write(rules: "host all app all reject")
                let (status, output) = try IntegrationTests.run("reload", "-f", site.cluster.configurationFile)
                #expect(status == 0 && output.contains("read anew: the files of pool_hba_conf\n"), "\(output)")
                #expect(site.refusal("app", password) == "28000")
                try site.passwd("somebody", "x", "--method", "text")
                #expect(try IntegrationTests.run("reload", "-f", site.cluster.configurationFile).output.contains("read anew: the files of pool_passwd\n"))
                #expect(try IntegrationTests.run("reload", "-f", site.cluster.configurationFile).output.contains("nothing new is in force"))
                #expect(try session.query("SELECT 1").count == 1)
            }
        }

        @Test("check says what is wrong with the rules and the secrets, by line")
        func check() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("enable_pool_hba", "on")], startsDaemon: false) { cluster in
                try "host all all all ldap\n".write(toFile: cluster.directory + "/pool_hba.conf", atomically: true, encoding: .utf8)
                let (status, output) = try IntegrationTests.run("check", "-f", cluster.configurationFile)
                #expect(status != 0 && output.contains("pool_hba.conf:1: ldap does not exist yet"), "\(output)")
            }
        }

        @Test("check says of every file that others can read it, and that auth_user has no password anywhere")
        func checkFiles() throws {
            let files = try Certificates.shared.get(), folder = NSTemporaryDirectory() + "understudy-keys-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) } }
            for name in ["server.key", "alice.key"] {
                _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: FileManager.default.contents(atPath: files(name)), attributes: [.posixPermissions: 0o644])
            }
            let settings = [("ssl", "on"), ("ssl_cert", files("server.crt")), ("ssl_key", folder + "/server.key"), ("server_tls_sslmode", "require"),
                            ("server_tls_cert_file", files("alice.crt")), ("server_tls_key_file", folder + "/alice.key"), ("auth_user", "asker")]
            try IntegrationTests.onCluster(standbys: 0, settings: settings.map { (name: $0.0, value: $0.1) }, startsDaemon: false) { cluster in
                chmod(cluster.directory + "/pool_passwd", 0o644)
                let (status, output) = try IntegrationTests.run("check", "-f", cluster.configurationFile)
                let complaints = output.split(separator: "\n").filter { $0.contains("mode 0644") }.joined(separator: "\n")
                #expect(complaints.contains("/server.key") && complaints.contains("/alice.key") && complaints.contains("/pool_passwd"), "\(output)")
                #expect(status != 0 && output.contains("3 errors"), "\(output)")
                let text = try String(contentsOfFile: cluster.configurationFile, encoding: .utf8)
                let plain = text.replacing("ssl = 'on'", with: "ssl = 'off'").replacing("\nserver_tls_", with: "\n# server_tls_")
                try plain.write(toFile: cluster.configurationFile, atomically: false, encoding: .utf8)
                chmod(cluster.directory + "/pool_passwd", 0o600)
                let second = try IntegrationTests.run(["check", "-f", cluster.configurationFile], environment: ["HOME": "/nonexistent", "PGPASSFILE": "/nonexistent"])
                #expect(second.status == 0 && second.output.contains("auth_user asker has no password"), "\(second.output)")
            }
        }

        private func onGuarded(_ rules: String, _ settings: [(String, String)] = [], _ story: (Site) throws -> Void) throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("enable_pool_hba", "on"), ("pool_key_file", "pool_key")] + settings.map { (name: $0, value: $1) }, startsDaemon: false) { cluster in
                try Site(cluster).write(rules: rules)
                _ = FileManager.default.createFile(atPath: cluster.directory + "/pool_key", contents: Data("a key\n".utf8), attributes: [.posixPermissions: 0o600])
                try story(try Site(cluster))
            }
        }
    }

    /// A cluster, and what its users and administrators do.
    private struct Site {
        let cluster: PlaygroundCluster
        private let passwords: [String: String]

        init(_ cluster: PlaygroundCluster) throws {
            self.cluster = cluster
            let lines = try String(contentsOfFile: cluster.passfile, encoding: .utf8).split(separator: "\n").map { $0.split(separator: ":").map(String.init) }
            passwords = Dictionary(uniqueKeysWithValues: lines.map { ($0[3], $0[4]) })
        }

        func password(of user: String) throws -> String { try #require(passwords[user]) }

        @discardableResult
        func node(_ statement: String) throws -> [[String?]] { try cluster.connect(toNode: 0).query(statement) }

        /// `understudy passwd`, with the secret on standard input.
        @discardableResult
        func passwd(_ user: String, _ secret: String, _ options: String...) throws -> String {
            let process = Process(), input = Pipe(), output = Pipe()
            process.executableURL = URL(filePath: IntegrationTests.executable)
            process.arguments = ["passwd", "-f", cluster.configurationFile, user] + options
            process.standardInput = input
            process.standardOutput = output
            process.standardError = output
            try process.run()
            input.fileHandleForWriting.write(Data((secret + "\n").utf8))
            try input.fileHandleForWriting.close()
            let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "passwd \(user): \(said)")
            return said
        }

        func start() throws { try cluster.startDaemon(waits: false); try IntegrationTests.eventually("the daemon serves") { try log().contains("primary_adopted") } }

        func write(rules: String) throws { try rules.write(toFile: cluster.directory + "/pool_hba.conf", atomically: true, encoding: .utf8) }

        func reload() throws { kill(try #require(cluster.daemon), SIGHUP) }

        func log() throws -> String { try String(contentsOfFile: cluster.directory + "/log/understudy.log", encoding: .utf8) }

        func client(_ user: String, _ password: String, host: String = "127.0.0.1", options: [String: String] = [:]) throws -> SQLClient {
            try SQLClient(host: host, port: cluster.description.port, user: user, database: "app", passfile: "/dev/null", timeout: 10,
                          options: ["password": password].merging(options) { $1 })
        }

        /// Logs in, and says who one is.
        func logIn(_ user: String, _ password: String, host: String = "127.0.0.1") throws -> String? {
            try client(user, password, host: host).query("SELECT current_user").first?.first ?? nil
        }

        /// libpq's words about a login that fails; empty where it succeeds.
        func words(_ user: String, _ password: String, host: String = "127.0.0.1", options: [String: String] = [:]) -> String {
            do { try client(user, password, host: host, options: options).query("SELECT 1"); return "" } catch { return "\(error)" }
        }

        /// The kind of refusal by its words, which libpq has no code for; nil where the login succeeds.
        func refusal(_ user: String, _ password: String, host: String = "127.0.0.1") -> String? {
            let words = words(user, password, host: host)
            if words.isEmpty { return nil }
            if words.contains("password authentication failed for user \"\(user)\"") { return "28P01" }
            if words.contains("pool_hba.conf") { return "28000" }
            return words.contains("no password supplied") ? "no password" : words
        }
    }
}

/// What came of something on another thread.
private final class Answer: @unchecked Sendable {
    // Every access holds the lock.
    private let lock = NSLock()
    private var value: String?

    var words: String? { lock.withLock { value } }
    func set(_ words: String) { lock.withLock { value = words } }
}
