import Foundation
import Playground
import Testing

extension IntegrationTests {
    /// Walsenders behind the proxy.
    @Suite("Replication connections")
    struct ReplicationTests {
        @Test("pg_basebackup takes a backup through the proxy that verifies", arguments: ["session", "transaction"])
        func baseBackup(_ mode: String) throws {
            try onOneNode(mode) { stage in
                let folder = stage.cluster.directory + "/copy"
                let (status, output) = try stage.run("pg_basebackup", ["-D", folder, "-X", "stream", "-c", "fast"])
                #expect(status == 0, "\(output)")
                let (verified, said) = try stage.run(stage.tool("pg_verifybackup"), [folder])
                #expect(verified == 0 && said.contains("successfully verified"), "\(said)")
            }
        }

        @Test("pg_receivewal streams WAL to a position through the proxy, byte for byte that of the node")
        func receiveWAL() throws {
            try onOneNode("transaction") { stage in
                let control = try stage.cluster.connect(toNode: 0)
                let folder = stage.cluster.directory + "/wal"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let first = try #require(try control.query("SELECT pg_walfile_name(pg_current_wal_lsn())").first?.first ?? nil)
                try control.query("CREATE TABLE written AS SELECT generate_series(1, 100000)")
                try control.query("SELECT pg_switch_wal()")
                try control.query("INSERT INTO written VALUES (0)")
                let end = try #require(try control.query("SELECT pg_current_wal_flush_lsn()").first?.first ?? nil)
                let (status, output) = try stage.run("pg_receivewal", ["-D", folder, "-E", end, "--no-loop", "-s", "1"])
                #expect(status == 0, "\(output)")
                let received = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                #expect(!received.isEmpty, "\(output)")
                for name in received where !name.hasSuffix(".partial") {
                    let own = FileManager.default.contents(atPath: "\(folder)/\(name)")
                    #expect(own != nil && own == FileManager.default.contents(atPath: "\(stage.cluster.description.nodes[0].pgdata)/pg_wal/\(name)"), "\(name)")
                }
                #expect(received.contains { $0 >= first })
            }
        }

        @Test("A consumer of logical changes gets every row and gives feedback, with psycopg 2")
        func logical() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("pool_mode", "transaction")], startsDaemon: false) { cluster in
                try cluster.connect(toNode: 0).query("ALTER SYSTEM SET wal_level = 'logical'")
                try cluster.stopNode(0)
                try cluster.startNode(0)
                try cluster.startDaemon()
                let stage = ReplicationStage(cluster: cluster)
                let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Drivers/replication_story.py").path
                let (status, output) = try stage.run("/usr/bin/python3", [script])
                #expect(status == 0 && output == "replication story told\n", "\(output)")
            }
        }

        @Test("A stream is cut with a reason when the node is lost, and its backend serves nobody else")
        func lost() throws {
            try onOneNode("transaction") { stage in
                let folder = stage.cluster.directory + "/wal"
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                let process = Process(), pipe = Pipe()
                process.executableURL = URL(filePath: "/usr/bin/env")
                process.arguments = ["pg_receivewal", "-D", folder, "--no-loop", "-v", "-s", "1"]
                process.environment = ProcessInfo.processInfo.environment.merging(stage.environment) { $1 }
                process.standardError = pipe
                try process.run()
                let control = try stage.cluster.connect(toNode: 0)
                // Killed in the middle of a message the node leaves no room for words.
                let caughtUp = "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'pg_receivewal' AND state = 'streaming' AND write_lsn = pg_current_wal_flush_lsn()"
                try IntegrationTests.eventually("it has all there is") { try control.query(caughtUp).first?.first == "1" }
                #expect(try stage.cluster.connect().query("SELECT 1").count == 1)
                try stage.cluster.killNode(0)
                let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                process.waitUntilExit()
                #expect(process.terminationStatus != 0 && said.contains("the connection to the primary was lost"), "\(said)")
            }
        }
    }
}

/// libpq's variables point to the proxy, as the role that may replicate.
private struct ReplicationStage {
    let cluster: PlaygroundCluster

    var environment: [String: String] {
        ["PGHOST": "127.0.0.1", "PGPORT": String(cluster.description.port), "PGUSER": "replicator", "PGDATABASE": PlaygroundCluster.database,
         "PGPASSFILE": cluster.passfile, "PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8"]
    }

    func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try IntegrationTests.launch("/usr/bin/env", [program] + arguments, environment: environment)
    }

    /// Debian has the programs for clusters of their own beside the server, not in PATH.
    func tool(_ name: String) throws -> String {
        let (_, output) = try IntegrationTests.launch("/usr/bin/env", ["pg_config", "--bindir"])
        return output.split(separator: "\n").first.map { "\($0)/\(name)" } ?? name
    }
}

private func onOneNode(_ mode: String, _ story: (ReplicationStage) throws -> Void) throws {
    try IntegrationTests.onCluster(standbys: 0, settings: [("pool_mode", mode)]) { try story(ReplicationStage(cluster: $0)) }
}
