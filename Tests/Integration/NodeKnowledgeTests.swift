import Foundation
import Testing
@testable import Playground

extension IntegrationTests {
    /// What the daemon knows of its nodes, and what it does with those that must not be used.
    @Suite("Node knowledge")
    struct NodeKnowledgeTests {
        // MARK: What is seen

        @Test("The views tell who follows whom, how far behind and why, what slots keep, and where a log comes from")
        func views() throws {
            try IntegrationTests.onCluster { cluster in
                let nodes = try eventually(cluster, "both follow") { $0.dropFirst().allSatisfy { $0.follows == "node0" && $0.lag_bytes == 0 && $0.reason.isEmpty } }
                #expect(nodes.map(\.role) == ["primary", "standby", "standby"])
                #expect(nodes.allSatisfy { $0.verdict == "up" && $0.history?.isEmpty == true && $0.system_identifier == nodes[0].system_identifier })
                #expect(Set(nodes[0].slots?.map(\.name) ?? []) == ["node1", "node2"])

                try cluster.connect(toNode: 2).query("SELECT pg_wal_replay_pause()")
                let client = try cluster.connect()
                try client.query("CREATE TABLE t AS SELECT generate_series(1, 10000)")
                try eventually(cluster, "the pause shows, though it has received everything") {
                    $0[2].replay_lag_bytes ?? 0 > 100_000 && $0[2].lag_s ?? 0 > 0 && $0[2].reason.contains("has its WAL replay paused") && $0[1].replay_lag_bytes == 0
                        && $0[2].lag_bytes == 0
                }
                let delay = try client.query("SHOW pool_nodes")[2][10]
                #expect(delay.flatMap(Int.init) ?? 0 > 100_000, "pgpool's replication_delay counts what reads do not see")

                try cluster.killNode(0)
                let after = try eventually(cluster, "node1 is the primary") { $0[1].role == "primary" && $0[1].history?.count == 1 }
                #expect(after[1].timeline == 2 && after[1].history?[0].timeline == 1)
            }
        }

        // MARK: What must not be used

        @Test("A standby that somebody promoted by hand is called a stray, hooks are told, and no write reaches it")
        func promotedByHand() throws {
            try IntegrationTests.onCluster { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.connect(toNode: 2).query("SELECT pg_promote()")
                let nodes = try eventually(cluster, "it is a stray") { $0[2].role == "stray" && $0[2].status == "down" }
                #expect(nodes[2].reason.contains("is writable, but it is not the primary of epoch 1"))
                for id in 0..<10 { try client.query("INSERT INTO t VALUES (\(id))") }
                #expect(try cluster.connect(toNode: 0, database: "app").query("SELECT count(*) FROM t") == [["10"]])
                #expect(try cluster.connect(toNode: 2, database: "app").query("SELECT count(*) FROM t") == [["0"]])
                try IntegrationTests.eventually("it is on record, and the alert was given") {
                    let log = try cluster.log()
                    return try IntegrationTests.run("events", "--socket", cluster.description.socket).output.contains("false_primary") && log.contains("node2 is writable, and so is node0")
                }
                try eventually(cluster, "the bundled hook has quarantined it") { $0[2].reason.hasPrefix("was quarantined by hook:understudy/false_primary: it is writable on timeline 2") }
                // Neither is it promoted nor does it hold up the one that may be, once it is gone.
                try cluster.stopNode(2, mode: "immediate")
                try cluster.killNode(0)
                try client.query("INSERT INTO t VALUES (11)")
                #expect(cluster.primary() == 1)
            }
        }

        @Test("A standby that went another way is called diverged and is out of service")
        func diverged() throws {
            try IntegrationTests.onCluster { cluster in
                let stray = try cluster.connect(toNode: 2, database: "app")
                try stray.query("SELECT pg_promote()")
                try IntegrationTests.eventually("it is writable") { try stray.query("SELECT pg_is_in_recovery()") == [["f"]] }
                try stray.query("CREATE TABLE alone (id int)")
                try cluster.stopNode(2)
                try cluster.makeStandby(2)
                try cluster.startNode(2)
                let nodes = try eventually(cluster, "it has diverged") { $0[2].reason.contains("has diverged") }
                #expect(nodes[2].status == "down" && nodes[2].role == "standby")
                #expect(nodes[2].reason.contains("it is on timeline 2, and its log left node0's at"))
            }
        }

        @Test("A server of another cluster on a node's address is named and left alone, on a standby's and on the primary's")
        func foreign() throws {
            try IntegrationTests.onCluster { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.makeStranger(2)
                let nodes = try eventually(cluster, "the stranger is named") { $0[2].reason.contains("answers as a server of another cluster") }
                #expect(nodes[2].status == "down")
                try cluster.makeStranger(0)
                try client.query("INSERT INTO t VALUES (1)")
                #expect(try cluster.connect(toNode: 1, database: "app").query("SELECT count(*) FROM t") == [["1"]])
                try eventually(cluster, "node1 is the primary, and the stranger is named") { $0[1].role == "primary" && $0[0].status == "down" && $0[0].reason.contains("another cluster") }
            }
        }

        @Test("An old primary that wrote what nobody else has is a stray when it is back, and a report says how much was lost, and when")
        func oldPrimaryWroteMore() throws {
            try IntegrationTests.onCluster{ cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                // What the standbys never see: neither receives while it is written.
                for id in [1, 2] {
                    let standby = try cluster.connect(toNode: id)
                    try standby.query("ALTER SYSTEM SET primary_conninfo = ''")
                    try standby.query("SELECT pg_reload_conf()")
                    try IntegrationTests.eventually("node\(id) has no receiver") { try standby.query("SELECT count(*) FROM pg_stat_wal_receiver") == [["0"]] }
                }
                try cluster.connect(toNode: 0, database: "app").query("INSERT INTO t SELECT generate_series(1, 7)")
                try cluster.connect(toNode: 0, database: "app").query("DELETE FROM t WHERE id < 3")
                try cluster.killNode(0)
                try eventually(cluster, "there is another primary") { $0[1].role == "primary" || $0[2].role == "primary" }
                try IntegrationTests.eventually("the report is on record") {
                    let events = try IntegrationTests.run("events", "-n", "100", "--socket", cluster.description.socket).output
                    return events.contains(" on timeline 1 node0 has what the primary has not: ") && events.contains(" committed transactions, from ") && events.contains(": 2 DELETE in 1663/") && events.contains(", 7 INSERT in 1663/")
                }
                try cluster.startNode(0)
                try eventually(cluster, "it is a stray") { $0[0].role == "stray" && $0[0].status == "down" && $0[0].reason.contains("its log left node") }
                try client.query("INSERT INTO t VALUES (100)")
                #expect(try client.query("SELECT count(*) FROM t") == [["1"]])
            }
        }

        // MARK: Wedged

        @Test("A primary whose disk hangs is replaced within wedged_timeout although it answers every probe; what it acknowledges later reaches nobody")
        func hangingDisk() throws {
            try IntegrationTests.onCluster(sync: 1, settings: [("wedged_timeout", "1s")], startsDaemon: false) { cluster in
                let disk = try HangingDisk(cluster, node: 0)
                try cluster.startDaemon()
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try client.query("INSERT INTO t VALUES (1)")
                try disk.hang()
                let began = Date()
                let nodes = try eventually(cluster, "node1 is the primary") { $0[1].role == "primary" }
                let took = Date().timeIntervalSince(began)
                print("a hanging disk was answered after \(took) s")
                #expect(took > 1 && took < 8)
                #expect(nodes[0].status == "down")
                #expect(try IntegrationTests.run("events", "--socket", cluster.description.socket).output.contains("a commit has not ended in 1 s (it waits for "))
                let after = try cluster.connect()
                try after.query("INSERT INTO t VALUES (2)")
                try disk.release()
                // What hung ends now, and the bundled hook that fences stops the server.
                try eventually(cluster, "the old primary hangs no more") { $0[0].verdict != "wedged" }
                #expect(try views(cluster)[0].status == "down")
                #expect(try after.query("SELECT count(*) FROM t") == [["2"]])
            }
        }

        @Test("A commit that waits for a dead synchronous standby is not held against the primary")
        func synchronousStandbyDead() throws {
            try IntegrationTests.onCluster(sync: 1, settings: [("wedged_timeout", "1s")]) { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(1)
                let answered = Flag()
                Thread.detachNewThread {
                    do { try client.query("INSERT INTO t VALUES (1)") } catch { Issue.record(error) }
                    answered.set()
                }
                let control = try cluster.connect(toNode: 0)
                try IntegrationTests.eventually("the commit waits") { try control.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == [["1"]] }
                sleep(4)
                #expect(!answered.isSet)
                let nodes = try views(cluster)
                #expect(nodes[0].role == "primary" && nodes[0].verdict == "up" && nodes[0].reason.isEmpty)
                #expect(try control.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == [["1"]], "our own commits wait for nobody")
                try cluster.startNode(1)
                IntegrationTests.eventually("the commit is answered") { answered.isSet }
            }
        }

        // MARK: Tools

        private func views(_ cluster: PlaygroundCluster) throws -> [SeenNode] {
            let output = try IntegrationTests.run("nodes", "--json", "--socket", cluster.description.socket).output
            return try JSONDecoder().decode([SeenNode].self, from: Data(output.utf8))
        }

        /// The nodes as soon as they are so.
        @discardableResult
        private func eventually(_ cluster: PlaygroundCluster, _ what: String, _ condition: ([SeenNode]) -> Bool) throws -> [SeenNode] {
            var nodes: [SeenNode] = []
            try IntegrationTests.eventually(what) {
                nodes = try views(cluster)
                return condition(nodes)
            }
            return nodes
        }
    }
}

/// What `understudy nodes --json` says of a node.
struct SeenNode: Decodable {
    struct Ancestor: Decodable { var timeline: Int, end: String }
    struct Slot: Decodable { var name: String, active: Bool }
    var name: String, role: String, status: String, verdict: String?, reason: String
    var system_identifier: String?, timeline: Int?, history: [Ancestor]?
    var lag_bytes: Int?, replay_lag_bytes: Int?, lag_s: Double?, follows: String?, slots: [Slot]?
}

/// A node whose disk can be made to hang: a library between the server and its fdatasync.
struct HangingDisk {
    private let flag: String

    /// Restarts the node with the library.
    init(_ cluster: PlaygroundCluster, node: Int) throws {
        flag = cluster.socketDirectory + "/hang"
        let source = cluster.socketDirectory + "/hang.c", library = cluster.socketDirectory + "/hang.so"
        let text = """
            #include <sys/syscall.h>
            #include <unistd.h>
            static void wait_while_hanging(void) { while (access("\(flag)", F_OK) == 0) usleep(10000); }
            int fdatasync(int file) { wait_while_hanging(); return syscall(SYS_fdatasync, file); }
            int fsync(int file) { wait_while_hanging(); return syscall(SYS_fsync, file); }

            """
        try text.write(toFile: source, atomically: true, encoding: .utf8)
        let built = try IntegrationTests.launch("/usr/bin/env", ["cc", "-shared", "-fPIC", "-o", library, source])
        guard built.status == 0 else { throw PlaygroundSurprise(description: built.output) }
        try cluster.stopNode(node)
        setenv("LD_PRELOAD", library, 1)
        defer { unsetenv("LD_PRELOAD") }
        try cluster.startNode(node)
    }

    func hang() throws { try "".write(toFile: flag, atomically: true, encoding: .utf8) }
    func release() throws { try FileManager.default.removeItem(atPath: flag) }
}

extension PlaygroundCluster {
    /// Makes a stopped node a standby again, following as before.
    func makeStandby(_ id: Int) throws {
        try "".write(toFile: node(id).pgdata + "/standby.signal", atomically: true, encoding: .utf8)
        try tools.giveAway(node(id).pgdata + "/standby.signal")
    }

    /// Puts a server of another cluster at a node's address; roles and passwords are the same.
    func makeStranger(_ id: Int) throws {
        try killNode(id)
        let pgdata = node(id).pgdata
        try FileManager.default.moveItem(atPath: pgdata, toPath: pgdata + "-before")
        let lines = try String(contentsOfFile: passfile, encoding: .utf8).split(separator: "\n").map { $0.split(separator: ":") }
        let secret = try #require(lines.first { $0[3] == Self.controlUser }?[4]), monitor = try #require(lines.first { $0[3] == Self.monitorUser }?[4])
        let file = directory + "/nodes/stranger"
        try secret.write(toFile: file, atomically: true, encoding: .utf8)
        try tools.giveAway(file)
        try tools.run("initdb", ["-D", pgdata, "-U", Self.controlUser, "--pwfile", file, "--auth=scram-sha-256", "--no-sync", "-E", "UTF8", "--locale=C"])
        let settings = try String(contentsOfFile: pgdata + "/postgresql.conf", encoding: .utf8) + ServerFiles.settings(port: node(id).port, sockets: socketDirectory, name: "stranger")
        try settings.write(toFile: pgdata + "/postgresql.conf", atomically: true, encoding: .utf8)
        try ServerFiles.hostAccess.write(toFile: pgdata + "/pg_hba.conf", atomically: true, encoding: .utf8)
        try tools.giveAway(pgdata)
        try startNode(id)
        try connect(toNode: id).query("CREATE ROLE \(Self.monitorUser) LOGIN PASSWORD '\(monitor)' IN ROLE pg_monitor")
    }
}
