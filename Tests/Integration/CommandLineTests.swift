import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Command line")
    struct CommandLineTests {
        @Test("status, nodes and events speak of the same cluster, as tables and as JSON")
        func views() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                let socket = cluster.description.socket
                let nodes = try json([[String: Any]].self, "nodes", "--json", "--socket", socket)
                #expect(nodes.map { $0["role"] as? String } == ["primary", "standby", "standby"])
                try IntegrationTests.eventually("the synchronous standby is shown") {
                    try json([[String: Any]].self, "nodes", "--json", "--socket", socket)[1]["sync_state"] as? String == "sync"
                }
                let status = try json([String: Any].self, "status", "--json", "--socket", socket)
                #expect(status["primary"] as? String == "node0")
                #expect(status["epoch"] as? Int == 1)
                let events = try json([[String: Any]].self, "events", "--json", "--socket", socket)
                #expect(events.first?["kind"] as? String == "primary_adopted")
                for verb in ["status", "nodes", "events"] {
                    let table = try IntegrationTests.run(verb, environment: ["UNDERSTUDY_SOCKET": socket])
                    #expect(table.status == 0 && table.output.contains("node0"))
                    #expect(try IntegrationTests.run(verb, "--file", cluster.directory + "/understudy.conf").status == 0)
                }
                let columns = ["node_id", "hostname", "port", "status", "pg_status", "lb_weight", "role", "pg_role", "select_cnt", "load_balance_node",
                               "replication_delay", "replication_state", "replication_sync_state", "last_status_change"]
                #expect(try cluster.connect().query("SHOW pool_nodes").first?.count == columns.count)
            }
        }

        @Test("A second daemon on the same state directory, and one without its port, say why they do not start")
        func second() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                let conf = cluster.directory + "/understudy.conf"
                let twin = try IntegrationTests.run("serve", "--file", conf, "--allow-root")
                #expect(twin.status != 0)
                #expect(twin.output.contains("is in use by another understudy"))
                let other = cluster.directory + "/other.conf"
                let text = try String(contentsOfFile: conf, encoding: .utf8).replacing("/state'", with: "/state2'").replacing("control.sock", with: "control2.sock")
                #expect(FileManager.default.createFile(atPath: other, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
                let rival = try IntegrationTests.run("serve", "--file", other, "--allow-root")
                #expect(rival.status != 0)
                #expect(rival.output.contains("Address already in use"))
            }
        }

        @Test("A configuration with mistakes is refused by check and by serve, with file and line")
        func broken() throws {
            let path = NSTemporaryDirectory() + "understudy-broken-\(UUID().uuidString).conf"
            defer { unlink(path) }
            try "port = 0\nlisten_adresses = '*'\n".write(toFile: path, atomically: true, encoding: .utf8)
            for arguments in [["check", "-f", path], ["serve", "-f", path, "--allow-root"]] {
                let result = try IntegrationTests.run(arguments)
                #expect(result.status != 0)
                #expect(result.output.contains("\(path):1: port takes a whole number from 1 to 65535, got '0'"))
                #expect(result.output.contains("\(path):2: unknown parameter listen_adresses; did you mean listen_addresses?"))
            }
        }

        @Test("Without a daemon the command says what to do")
        func noDaemon() throws {
            let result = try IntegrationTests.run("status", "--socket", "/nonexistent/control.sock")
            #expect(result.status != 0)
            #expect(result.output.contains("understudy serve -f FILE"))
        }

        @Test("The control socket refuses what it does not understand, and goes on")
        func controlSocket() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                var mode = stat()
                #expect(stat(cluster.description.socket, &mode) == 0)
                #expect(mode.st_mode & 0o777 == 0o600)
                let connection = try RawConnection(path: cluster.description.socket)
                try connection.send("nonsense\n{\"command\":\"explode\"}\n{\"command\":\"nodes\"}\n")
                let answer = try connection.read(until: { $0.split(separator: "\n").count == 3 })
                let lines = answer.split(separator: "\n")
                #expect(lines[0].contains("expected one JSON object a line"))
                #expect(lines[1].contains("there is no command"))
                #expect(lines[2].contains("node0"))
            }
        }

        @Test("SIGHUP reloads what it can and names what it cannot; SIGTERM lets a transaction end")
        func signals() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                let conf = cluster.directory + "/understudy.conf", log = cluster.directory + "/log/understudy.log"
                let text = try String(contentsOfFile: conf, encoding: .utf8) + "log_min_messages = debug\nmax_client_conn = 77\n"
                #expect(FileManager.default.createFile(atPath: conf, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
                let pid = try #require(cluster.daemon)
                kill(pid, SIGHUP)
                try IntegrationTests.eventually("the log names what needs a restart") {
                    try String(contentsOfFile: log, encoding: .utf8).contains("needs restart\"=max_client_conn") || String(contentsOfFile: log, encoding: .utf8).contains("restart=max_client_conn")
                }
                let client = try cluster.connect()
                try client.query("BEGIN")
                kill(pid, SIGTERM)
                #expect(sqlState { try client.query("SELECT 1") } == nil)
                #expect(sqlState { try client.query("COMMIT") } == nil)
                IntegrationTests.eventually("the daemon ends") { cluster.daemon == nil }
            }
        }

        @Test("SIGINT hurries what SIGTERM began")
        func hurriedEnd() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                let client = try cluster.connect(), pid = try #require(cluster.daemon)
                try client.query("BEGIN")
                kill(pid, SIGTERM)
                try IntegrationTests.eventually("it heard") { try cluster.log().contains("sessions end after their transaction") }
                #expect(sqlState { try client.query("SELECT 1") } == nil)
                kill(pid, SIGINT)
                IntegrationTests.eventually("the daemon ends") { cluster.daemon == nil }
                #expect(sqlState { try client.query("COMMIT") } != nil)
            }
        }

        private func json<Value>(_: Value.Type, _ arguments: String...) throws -> Value {
            let result = try IntegrationTests.run(arguments)
            return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? Value)
        }
    }
}
