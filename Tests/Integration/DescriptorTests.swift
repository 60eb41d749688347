import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("File descriptors")
    struct DescriptorTests {
        @Test("Under a flood of connections a daemon with few descriptors keeps serving its sessions, closes what it cannot hold, and recovers")
        func flood() throws {
            try onFewDescriptors(200) { cluster in
                let session = try cluster.connect()
                try session.query("SELECT 1")
                do {
                    // They say nothing, so that each holds a descriptor; more of them than there are.
                    var flood: [RawConnection] = []
                    for _ in 0..<400 { flood.append(try RawConnection(port: cluster.description.port)) }
                    for number in 0..<20 { #expect(try session.query("SELECT \(number)").count == 1) }
                    try IntegrationTests.eventually("the log says what is missing") { try cluster.log().contains("out of file descriptors") }
                    #expect(try cluster.log().split(separator: "\n").count < 2000, "and does not fill the disk with it")
                    withExtendedLifetime(flood) {}
                }
                IntegrationTests.eventually("new sessions are taken again") { sqlState { try cluster.connect(timeout: 2).query("SELECT 1") } == nil }
                try session.query("SELECT 2")
            }
        }

        /// The daemon is started by a script that lowers the limit first.
        private func onFewDescriptors(_ limit: Int, _ story: (PlaygroundCluster) throws -> Void) throws {
            let script = NSTemporaryDirectory() + "understudy-few-\(UUID().uuidString.prefix(8))"
            defer { unlink(script) }
            let text = "#!/bin/sh\nexec prlimit --nofile=\(limit):\(limit) \(IntegrationTests.executable) \"$@\"\n"
            try #require(FileManager.default.createFile(atPath: script, contents: Data(text.utf8), attributes: [.posixPermissions: 0o755]))
            var options = PlaygroundCluster.Options(executable: script)
            options.standbys = 0
            options.settings = [("max_client_conn", "50")]
            let cluster = try PlaygroundCluster.up(options)
            do { try story(cluster) } catch {
                try cluster.down()
                throw error
            }
            try cluster.down()
        }
    }
}
