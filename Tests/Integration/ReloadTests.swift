import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Reload")
    struct ReloadTests {
        @Test("A pool grows and shrinks by reload while it is in use; a limit of time holds for the next statement")
        func pools() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("pool_mode", "transaction"), ("default_pool_size", "1"), ("query_wait_timeout", "1s")]) { cluster in
                let clients = try (0..<3).map { _ in try cluster.connect() }
                try clients[0].query("BEGIN")
                #expect(sqlState { try clients[1].query("SELECT 1") } == "57P03", "the only backend is taken")
                try set(cluster, ["default_pool_size = 3", "query_wait_timeout = 20s"])
                #expect(try reload(cluster).output.contains("in force: query_wait_timeout, default_pool_size"))
                try clients[1].query("BEGIN")
                try clients[2].query("BEGIN")
                #expect(try backends(cluster) == 3)
                try set(cluster, ["default_pool_size = 1"])
                #expect(try reload(cluster).status == 0)
                #expect(try backends(cluster) == 3, "nobody's transaction is cut")
                for client in clients { try client.query("COMMIT") }
                try IntegrationTests.eventually("the surplus is closed") { try backends(cluster) == 1 }
                #expect(try clients.map { try $0.query("SELECT 1").count } == [1, 1, 1])
            }
        }

        @Test("A configuration with a mistake changes nothing; the command says which, with file and line, and what waits for a restart")
        func mistakes() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("query_wait_timeout", "1s")]) { cluster in
                let good = try String(contentsOfFile: cluster.configurationFile, encoding: .utf8)
                let line = good.split(separator: "\n", omittingEmptySubsequences: false).count
                try set(cluster, ["query_wait_timeout = 20s", "log_min_messages = loud"])
                let refused = try reload(cluster)
                #expect(refused.status != 0 && refused.output.contains("\(cluster.configurationFile):\(line + 1): log_min_messages takes"), "\(refused.output)")
                #expect(refused.output.contains("nothing was reloaded"))
                try write(cluster, good + "max_client_conn = 55\ncluster_name = 'other'\n")
                let done = try IntegrationTests.run("reload", "--json", "--socket", cluster.description.socket)
                let view = try #require(try JSONSerialization.jsonObject(with: Data(done.output.utf8)) as? [String: [String]])
                #expect(done.status == 0 && view["needs_restart"]?.contains("cluster_name") == true && view["applied"]?.contains("cluster_name") == false, "\(done.output)")
            }
        }

        private func reload(_ cluster: PlaygroundCluster) throws -> (status: Int32, output: String) {
            try IntegrationTests.run("reload", "--socket", cluster.description.socket)
        }

        /// Later lines win.
        private func set(_ cluster: PlaygroundCluster, _ lines: [String]) throws {
            try write(cluster, try String(contentsOfFile: cluster.configurationFile, encoding: .utf8) + lines.joined(separator: "\n") + "\n")
        }

        private func write(_ cluster: PlaygroundCluster, _ text: String) throws {
            try #require(FileManager.default.createFile(atPath: cluster.configurationFile, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
        }

        /// The backends of `app` that the node counts.
        private func backends(_ cluster: PlaygroundCluster) throws -> Int {
            let rows = try cluster.connect(toNode: 0).query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'")
            return try #require((rows.first?.first ?? nil).flatMap(Int.init))
        }
    }
}
