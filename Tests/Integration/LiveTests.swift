import Foundation
import Testing

extension IntegrationTests {
    /// The programs of Tests/Live, each with a cluster of its own and a fixed number of seeds; `make test-all` runs them for long.
    @Suite("Live")
    struct LiveTests {
        private static let programs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Live").path

        @Test("A random conversation gets the answers through the proxy that PostgreSQL itself gives", arguments: ["session", "transaction"])
        func same(_ pooling: String) throws { try tell("fuzz_same", "--pool-mode", pooling, "--count", "1500") }

        @Test("Broken clients end their own connection, and nothing else", arguments: ["session", "transaction"])
        func brokenClients(_ pooling: String) throws { try tell("fuzz_client", "--pool-mode", pooling, "--count", "300") }

        @Test("A node that speaks nonsense harms only those whose answers it spoils", arguments: ["session", "transaction"])
        func brokenNode(_ pooling: String) throws { try tell("fuzz_node", "--pool-mode", pooling, "--count", "300") }

        @Test("With 64 clients in transactions a killed primary costs nothing that was acknowledged, no connection, and only what was under way")
        func failover() throws { try tell("failover", "--pool-mode", "transaction", "--clients", "64") }

        @Test("Mixed load on a node that is restarted while pools are resized leaves nothing behind")
        func soak() throws {
            let state = NSTemporaryDirectory() + "understudy-soak-\(UUID().uuidString.prefix(8)).json"
            try tell("soak", "--pool-mode", "transaction", "--minutes", "0.5", "--state", state)
        }

        private func tell(_ program: String, _ options: String...) throws {
            // Debian's Python, for which Debian packages the drivers.
            let (status, output) = try IntegrationTests.launch("/usr/bin/python3", ["-B", "\(Self.programs)/\(program).py", IntegrationTests.executable] + options, seconds: 240)
            #expect(status == 0, "\(output)")
        }
    }
}
