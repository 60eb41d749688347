import Foundation
import Playground
import Testing

extension IntegrationTests {
    /// What an operator orders, from the command line, on real servers.
    @Suite("Orders")
    struct OrdersTests {
        @discardableResult
        private func order(_ cluster: PlaygroundCluster, _ words: String...) throws -> (status: Int32, output: String) {
            try IntegrationTests.run(words + ["--socket", cluster.description.socket])
        }

        private func nodes(_ cluster: PlaygroundCluster) throws -> [SeenNode] {
            try JSONDecoder().decode([SeenNode].self, from: Data(try order(cluster, "nodes", "--json").output.utf8))
        }

        @Test("A detached standby stays out over a restart of the daemon, although its probes are content, and comes back when it is attached")
        func detach() throws {
            try IntegrationTests.onCluster { cluster in
                #expect(try order(cluster, "detach", "node2", "--reason", "new disk") == (0, "node2 is detached\n"))
                try cluster.stopDaemon(signal: SIGKILL)
                try cluster.startDaemon()
                try IntegrationTests.eventually("it was looked at") { try nodes(cluster)[2].verdict == "up" }
                sleep(2)
                let node = try nodes(cluster)[2]
                #expect(node.status == "down" && node.reason.hasPrefix("was detached by ") && node.reason.hasSuffix(": new disk"))
                try cluster.killNode(0)
                try cluster.connect().query("SELECT 1")
                #expect(cluster.primary() == 1, "who is detached is not promoted")
                #expect(try order(cluster, "attach", "2").output == "node2 is in service\n")
                #expect(try nodes(cluster)[2].status == "up")
                #expect(try order(cluster, "attach", "nobody").output.contains("there is no node nobody: they are node0, node1, node2"))
            }
        }

        @Test("Detaching the primary is refused, and with --failover another one serves while the old one is left alone")
        func detachPrimary() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                let refused = try order(cluster, "detach", "node0")
                #expect(refused.status != 0 && refused.output.contains("(--failover)"))
                #expect(try order(cluster, "detach", "node0", "--failover").status == 0)
                try IntegrationTests.eventually("node1 serves") { try nodes(cluster)[1].role == "primary" }
                try client.query("INSERT INTO t VALUES (1)")
                #expect(try cluster.connect(toNode: 1, database: "app").query("SELECT count(*) FROM t") == [["1"]])
                #expect(try nodes(cluster)[0].status == "down")
            }
        }

        @Test("In maintenance the primary may be restarted: statements wait, nobody is promoted, and the epoch stays")
        func maintenance() throws {
            try IntegrationTests.onCluster { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                #expect(try order(cluster, "maintenance", "on").output == "maintenance is on: nothing is done automatically\n")
                try cluster.stopNode(0)
                try IntegrationTests.eventually("the status says it") { try order(cluster, "status").output.contains("maintenance is on, so nothing is done") }
                sleep(2)
                #expect(cluster.primary() == nil)
                try cluster.startNode(0)
                try client.query("INSERT INTO t VALUES (1)")
                #expect(try order(cluster, "status", "--json").output.contains("\"epoch\":1,"))
                // A standby that goes and comes is seen, and nothing else.
                try cluster.stopNode(2)
                try IntegrationTests.eventually("node2 is down") { try nodes(cluster)[2].status == "down" }
                #expect(try order(cluster, "maintenance", "off").status == 0)
                try cluster.stopNode(0)
                try client.query("INSERT INTO t VALUES (2)")
                #expect(cluster.primary() == 1)
            }
        }

        @Test("A server that was promoted by hand in maintenance is taken over by an operator's word, and every row is there")
        func promotedByHand() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try client.query("INSERT INTO t VALUES (1)")
                try order(cluster, "maintenance", "on")
                try cluster.killNode(0)
                try IntegrationTests.eventually("writes are held") { try order(cluster, "status").output.contains("maintenance is on, so nothing is done") }
                try cluster.connect(toNode: 1).query("SELECT pg_promote()")
                #expect(try order(cluster, "promote", "node1").output == "node1 is the primary now\n")
                try client.query("INSERT INTO t VALUES (2)")
                #expect(try client.query("SELECT count(*) FROM t") == [["2"]])
                #expect(try nodes(cluster)[1].role == "primary")
            }
        }

        @Test("safety says what the loss of each node would do, and after a failover the flight recorder has all of it")
        func safetyAndFlight() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                struct Safety: Decodable {
                    struct Loss: Decodable { var lost: [String], writes: String, fails_over_to: String?, reason: String }
                    var primary: String?, exposure_bytes: Int?, losses: [Loss]
                }
                var safety: Safety?
                func loss(_ names: String...) -> Safety.Loss? { safety?.losses.first { $0.lost == names } }
                try IntegrationTests.eventually("the set is known") {
                    safety = try JSONDecoder().decode(Safety.self, from: Data(try order(cluster, "safety", "--json").output.utf8))
                    return loss("node1")?.writes == "wait"
                }
                #expect(safety?.exposure_bytes == 0)
                #expect(loss("node2")?.writes == "go_on")
                #expect(loss("node0")?.writes == "fail_over")
                #expect(loss("node0", "node1")?.writes == "stop" && loss("node0", "node1")?.reason.contains("node1") == true)

                // It is as the table says: node1's loss blocks, and with node0 it blocks by name.
                try cluster.killNode(0)
                try client.query("INSERT INTO t VALUES (1)")
                struct Line: Decodable { var number: Int, kind: String, event: String? }
                var finished: Line?
                try IntegrationTests.eventually("the end is on record") {
                    finished = try JSONDecoder().decode([Line].self, from: Data(try order(cluster, "events", "--json").output.utf8)).first { $0.kind == "failover_finished" }
                    return finished != nil
                }
                let id = try #require(finished?.event)
                struct Flight: Decodable {
                    struct Phase: Decodable { var name: String }
                    struct Evidence: Decodable { var node: String, found: String, lsn: String? }
                    struct Clients: Decodable { var connected: Int, held: Int, ended: Int }
                    struct Hook: Decodable { struct Run: Decodable { var name: String, outcome: String }; var run: Run }
                    var id: String, phases: [Phase], evidence: [Evidence], observed: [Evidence], clients: Clients?, hooks: [Hook], events: [Line]
                }
                let flight = try JSONDecoder().decode(Flight.self, from: Data(try order(cluster, "events", "show", id, "--json").output.utf8))
                #expect(flight.id == id && flight.phases.map(\.name) == ["detect", "close", "seal", "observe", "decide", "promote", "verify", "open"], "\(flight.phases.map(\.name))")
                #expect(flight.evidence.map(\.node) == ["node0", "node1", "node2"] && flight.evidence[0].found.hasPrefix("down: refuses connections"))
                #expect(flight.observed[0].lsn == nil && flight.observed[1].lsn != nil && flight.observed[2].lsn != nil)
                #expect(flight.clients?.connected == 1 && flight.clients?.ended == 0)
                #expect(flight.hooks.contains { $0.run.name == "failover" && $0.run.outcome == "done" })
                #expect(flight.events.contains { $0.kind == "primary_lost" } && flight.events.contains { $0.kind == "promotion_decided" })
                let number = try #require(finished?.number)
                let text = try order(cluster, "events", "show", String(number)).output
                #expect(text.contains("detect") && text.contains("█") && text.contains("what the nodes answered") && text.contains("clients: 1 connected"))
                #expect(try order(cluster, "events", "show", "ev-none").output.contains("nothing is on record of \"ev-none\""))
                print(text)
            }
        }
    }
}
