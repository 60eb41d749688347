import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Failover")
    struct FailoverTests {
        @Test("Killed under load, the primary is replaced: no acknowledged write is missing, no connection lost", arguments: ["kill-primary", "stop-primary", "crash-primary"])
        func drill(_ name: String) throws {
            let fault = try #require(Drill.Fault(rawValue: name))
            try onCluster(sync: 1) { cluster in
                let report = try Drill(cluster: cluster, fault: fault, clients: 6).run()
                #expect(report.verdict == .recovered)
                #expect(report.lost_acknowledged_writes == 0)
                #expect(report.lost_connections == 0)
                #expect(report.acknowledged_writes > 100)
                // Either standby: the asynchronous one may have received more by then, and so all that was acknowledged.
                #expect([1, 2].contains(cluster.primary()))
            }
        }

        @Test("The daemon killed in the middle of a failover finishes it when it is back: one primary, promoted once", arguments: [0, 10, 20, 30, 40, 60, 100])
        func daemonKilled(_ milliseconds: Int) throws {
            try onCluster(sync: 1) { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try client.query("INSERT INTO t VALUES (1)")
                try cluster.killNode(0)
                usleep(UInt32(milliseconds) * 1000)
                try cluster.stopDaemon(signal: SIGKILL)
                try cluster.startDaemon()
                #expect(cluster.primary() == 1)
                let primary = try cluster.connect(toNode: 1)
                let timeline = "SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int"
                #expect(try primary.query(timeline).first?.first == "2", "promoted once")
                #expect(try cluster.connect(toNode: 2).query("SELECT pg_is_in_recovery()").first?.first == "t")
                let after = try cluster.connect()
                try after.query("INSERT INTO t VALUES (2)")
                #expect(try after.query("SELECT count(*) FROM t").first?.first == "2")
                // Statements are served before it is on record: nothing waits for the journal.
                try IntegrationTests.eventually("the end is on record") {
                    try IntegrationTests.run("events", "--socket", cluster.description.socket).output.contains("failover_finished")
                }
            }
        }

        @Test("An old primary that comes back is never written to, also after a restart of the daemon")
        func oldPrimaryReturns() throws {
            try onCluster(sync: 1) { cluster in
                try cluster.connect().query("CREATE TABLE t (id int)")
                try cluster.killNode(0)
                try cluster.connect().query("INSERT INTO t VALUES (1)")
                try cluster.startNode(0)
                for round in 0..<2 {
                    IntegrationTests.eventually("the stray is named") {
                        (try? IntegrationTests.run("nodes", "--socket", cluster.description.socket).output.contains("it is writable, but it is not the primary")) ?? false
                    }
                    try cluster.connect().query("INSERT INTO t VALUES (\(round + 2))")
                    if round == 0 {
                        try cluster.stopDaemon()
                        try cluster.startDaemon()
                    }
                }
                #expect(try cluster.connect(toNode: 0, database: "app").query("SELECT count(*) FROM t").first?.first == "0")
                #expect(try cluster.connect(toNode: 1, database: "app").query("SELECT count(*) FROM t").first?.first == "3")
            }
        }

        @Test("Started while its recorded primary is down, the daemon fails over; with everything down it waits and says why")
        func startedLate() throws {
            try onCluster { cluster in
                try cluster.stopDaemon()
                for id in [0, 1, 2] { try cluster.killNode(id) }
                try cluster.startDaemon(waits: false)
                IntegrationTests.eventually("the status says why writes are held") {
                    (try? IntegrationTests.run("status", "--socket", cluster.description.socket).output.contains("nobody can take over")) ?? false
                }
                try cluster.startNode(2)
                try cluster.startNode(1)
                IntegrationTests.eventually("a standby was promoted", seconds: 30) { (try? cluster.connect(timeout: 2).query("SELECT 1")) != nil }
                #expect(cluster.primary() != nil)
            }
        }

        @Test("With the primary and its synchronous standby gone nobody is promoted, although a standby lives; the standby's return ends it")
        func synchronousStandbyGone() throws {
            try onCluster(sync: 1) { cluster in
                try cluster.connect().query("CREATE TABLE t (id int)")
                // Gone long enough that the primary does not list it any more: the setting is what counts.
                try cluster.killNode(1)
                try IntegrationTests.eventually("node1 is down") { try nodes(cluster)[1] == "down" }
                try cluster.killNode(0)
                IntegrationTests.eventually("the status names the missing standby") {
                    (try? IntegrationTests.run("status", "--socket", cluster.description.socket).output.contains("acknowledged commits may be only on node1")) ?? false
                }
                #expect(cluster.primary() == nil)
                try cluster.startNode(1)
                // Either standby: the asynchronous one may have received more by then, and so all that was acknowledged.
                IntegrationTests.eventually("there is a primary") { cluster.primary() != nil }
                #expect(try cluster.connect().query("SELECT count(*) FROM t").first?.first == "0")
            }
        }

        @Test("With the synchronous standby lost for good a person may accept the loss, by the cluster's name, and no failover before needs to")
        func lossAccepted() throws {
            try onCluster(sync: 1) { cluster in
                func accept(_ name: String) throws -> (status: Int32, output: String) {
                    try IntegrationTests.launch("/bin/sh", ["-c", "echo \(name) | \(IntegrationTests.executable) failover --accept-loss --socket \(cluster.description.socket)"])
                }
                #expect(try accept("playground").output.contains("no failover waits"))
                try cluster.killNode(1)
                try IntegrationTests.eventually("node1 is down") { try nodes(cluster)[1] == "down" }
                try cluster.killNode(0)
                IntegrationTests.eventually("the status names the way out") {
                    (try? IntegrationTests.run("status", "--socket", cluster.description.socket).output.contains("--accept-loss")) ?? false
                }
                #expect(try accept("playgrund").output.contains("nothing was done"))
                #expect(cluster.primary() == nil)
                #expect(try accept("playground").status == 0)
                IntegrationTests.eventually("node2 is the primary") { cluster.primary() == 2 }
                #expect(try IntegrationTests.run("events", "--socket", cluster.description.socket).output.contains("loss_accepted"))
            }
        }

        @Test("A standby that dies is taken out of service and comes back, writes go on")
        func standby() throws {
            try onCluster { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(2)
                try IntegrationTests.eventually("node2 is down") { try nodes(cluster)[2] == "down" }
                try client.query("INSERT INTO t VALUES (1)")
                try cluster.startNode(2)
                try IntegrationTests.eventually("node2 is up") { try nodes(cluster)[2] == "up" }
            }
        }

        /// The statuses in `SHOW pool_nodes`.
        private func nodes(_ cluster: PlaygroundCluster) throws -> [String?] { try cluster.connect().query("SHOW pool_nodes").map { $0[3] } }
    }
}

private func onCluster(sync: Int = 0, _ story: (PlaygroundCluster) throws -> Void) throws { try IntegrationTests.onCluster(sync: sync, story) }
