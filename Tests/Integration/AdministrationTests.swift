import Foundation
import Playground
import Testing

extension IntegrationTests {
    /// The administrator's databases with the programs that use them.
    @Suite("Administration")
    struct AdministrationTests {
        /// A cluster with an administrator, somebody who may only look, and pools of transactions.
        private func onAdministeredCluster(_ story: (PlaygroundCluster, (_ user: String, _ statement: String) throws -> (status: Int32, output: String)) throws -> Void) throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("pool_mode", "transaction"), ("admin_users", "ops"), ("stats_users", "eye")]) { cluster in
                for (user, flags) in [("ops", ["--admin"]), ("eye", [])] {
                    let shell = "echo secret | '\(IntegrationTests.executable)' passwd \(user) \(flags.joined()) -f '\(cluster.directory)/understudy.conf'"
                    #expect(try IntegrationTests.launch("/bin/sh", ["-c", shell]).status == 0)
                }
                #expect(try IntegrationTests.run("reload", "-f", cluster.directory + "/understudy.conf").status == 0)
                try story(cluster) { user, statement in
                    try IntegrationTests.launch("/usr/bin/env", ["psql", "-h", "127.0.0.1", "-p", String(cluster.description.port), "-U", user, "-XAtc", statement, "pgbouncer"],
                                                environment: ["PGPASSWORD": "secret"], seconds: 30)
                }
            }
        }

        @Test("psql sees pools and figures, commands for administrators alone, and a pause that holds a client until RESUME")
        func psql() throws {
            try onAdministeredCluster { cluster, ask in
                let client = try cluster.connect()
                try client.query("SELECT 1")
                #expect(try ask("eye", "SHOW POOLS").output.contains("app|app|1|0|"))
                #expect(try ask("eye", "SHOW STATS").output.contains("app|"))
                #expect(try ask("eye", "PAUSE").output.contains("may not use PAUSE"))
                #expect(try ask("eye", "SHOW CONFIG").output.contains("may not use SHOW CONFIG"))
                #expect(try ask("app", "SHOW POOLS").status == 2)
                #expect(try ask("nobody", "SHOW POOLS").output.contains("password authentication failed for user \"nobody\""))
                #expect(try ask("ops", "PAUSE app").output == "PAUSE\n")
                let answered = Flag()
                Thread.detachNewThread {
                    do { try client.query("SELECT 2") } catch { Issue.record(error) }
                    answered.set()
                }
                try IntegrationTests.eventually("the client waits") { try ask("ops", "SHOW POOLS").output.contains("app|app|0|1|") }
                #expect(!answered.isSet)
                #expect(try ask("ops", "RESUME app").output == "RESUME\n")
                IntegrationTests.eventually("the client is answered") { answered.isSet }
                let id = try #require(try ask("ops", "SHOW CLIENTS").output.split(separator: "\n").first { $0.contains("|app|app|") }?.split(separator: "|", omittingEmptySubsequences: false)[20])
                #expect(try ask("ops", "KILL_CLIENT \(id)").output == "KILL_CLIENT\n")
                #expect(sqlState { try client.query("SELECT 3") } != nil)
            }
        }

        @Test("The command line shows pools, pauses and resumes by the control socket; PGPOOL SHOW answers on any session of an administrator's")
        func commandLine() throws {
            try onAdministeredCluster { cluster, _ in
                let client = try cluster.connect(), file = cluster.directory + "/understudy.conf"
                try client.query("SELECT 1")
                #expect(try IntegrationTests.run("pools", "-f", file).output.contains("app"))
                #expect(try IntegrationTests.run("pause", "app", "-f", file) == (0, "done\n-----\nPAUSE\n"))
                #expect(try IntegrationTests.run("pools", "--json", "-f", file).output.hasPrefix("{\"columns\":[\"database\""))
                #expect(try IntegrationTests.run("resume", "-f", file).status == 0)
                try client.query("SELECT 2")
                #expect(sqlState { try client.query("PGPOOL SHOW port") } == "42501", "the user is no administrator")
                #expect(try client.query("SHOW pool_version").first?.first??.hasPrefix("understudy") == true)
            }
        }

        @Test("A PAUSE that waits for a transaction is given up by psql's cancel, and by psql's end")
        func cancelledPause() throws {
            try onAdministeredCluster { cluster, ask in
                let client = try cluster.connect()
                try client.query("BEGIN")
                let psql = ["psql", "-h", "127.0.0.1", "-p", String(cluster.description.port), "-U", "ops", "-XAtc", "PAUSE", "understudy"]
                func pause(_ signal: Int32) throws -> (status: Int32, output: String) {
                    try IntegrationTests.launch("/usr/bin/env", psql, environment: ["PGPASSWORD": "secret"], signal: signal) {
                        try ask("ops", "SHOW STATE").output.contains("paused|yes") && administrators(ask) == 2
                    }
                }
                let (status, output) = try pause(SIGINT)
                #expect(status != 0 && output.contains("canceling statement due to user request"), "\(output)")
                _ = try pause(SIGKILL)
                try IntegrationTests.eventually("only the asking administrator is left") { try administrators(ask) == 1 }
                #expect(try ask("ops", "RESUME").output == "RESUME\n")
                try client.query("COMMIT")
            }
        }

        /// Sessions of the administrator, the one that asks included.
        private func administrators(_ ask: (_ user: String, _ statement: String) throws -> (status: Int32, output: String)) throws -> Int {
            try ask("ops", "SHOW CLIENTS").output.split(separator: "\n").count { $0.contains("|ops|") }
        }

        @Test("RELOAD says what is wrong with file and line, and SHUTDOWN ends the daemon")
        func reloadAndShutdown() throws {
            try onAdministeredCluster { cluster, ask in
                let file = cluster.directory + "/understudy.conf", text = try String(contentsOfFile: file, encoding: .utf8)
                try (text + "database.app = 'pool_size=1 min_pool_sise=2'\n").write(toFile: file, atomically: false, encoding: .utf8)
                let refused = try ask("ops", "RELOAD").output
                #expect(refused.contains("understudy.conf:") && refused.contains("did you mean min_pool_size?"), "\(refused)")
                try (text + "database.app = 'pool_size=1'\n").write(toFile: file, atomically: false, encoding: .utf8)
                #expect(try ask("ops", "RELOAD").output.hasSuffix("RELOAD\n"))
                #expect(try ask("ops", "SHOW DATABASES").output.contains("app|127.0.0.1|"))
                try cluster.connect().query("SELECT 1")
                #expect(try ask("ops", "SHOW POOLS").output.split(separator: "\n").contains { $0.hasPrefix("app|app|") && $0.hasSuffix("|0|1") })
                _ = try ask("ops", "SHUTDOWN WAIT_FOR_SERVERS")
                IntegrationTests.eventually("the daemon is gone") { (try? ask("ops", "SHOW VERSION").status) == 2 }
            }
        }

        @Test("psycopg 3 asks in the extended protocol, and reads numbers as numbers in text and in binary")
        func psycopg() throws {
            try onAdministeredCluster { cluster, _ in
                let story = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Drivers/admin_story.py").path
                let (status, output) = try IntegrationTests.launch("/usr/bin/python3", [story, String(cluster.description.port)])
                #expect(status == 0 && output == "done\n", "\(output)")
            }
        }
    }
}

/// Something that became so, on another thread.
final class Flag: @unchecked Sendable {
    // Every access holds the lock.
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }
    func set() { lock.withLock { value = true } }
}
