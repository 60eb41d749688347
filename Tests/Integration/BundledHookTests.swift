import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Bundled hooks on real servers")
    struct BundledHookTests {
        private static func slots(_ cluster: PlaygroundCluster) throws -> [String] {
            try cluster.connect(toNode: 0).query("SELECT slot_name FROM pg_replication_slots ORDER BY 1").compactMap { $0.first ?? nil }
        }

        @Test("The slot of a lost standby stays by default; it goes where the configuration says so", arguments: [
            ("keep_slot", ["node1", "node2"]), ("drop_slot", ["node1"]),
        ])
        func standbyLost(_ choice: String, _ left: [String]) throws {
            try IntegrationTests.onCluster(sync: 1, settings: [("hook.failover.lost_standby", choice)]) { cluster in
                try cluster.killNode(2)
                try IntegrationTests.eventually("the hook has run") {
                    let list = try IntegrationTests.run("hooks", "list", "standby_lost", "--json", "--socket", cluster.description.socket).output
                    return list.contains(#""runs":1"#)
                }
                #expect(try Self.slots(cluster) == left)
                let events = try IntegrationTests.run("events", "--json", "--socket", cluster.description.socket).output
                #expect(!events.contains("hook_failed"), "\(events)")
            }
        }
    }
}
