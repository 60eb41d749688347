import Foundation
import Testing
@testable import Playground

extension IntegrationTests {
    @Suite("Playground")
    struct PlaygroundTests {
        @Test("up prints the promised JSON; status and kill-primary ask the servers; down leaves nothing")
        func commands() throws {
            let directory = Self.place()
            let up = try IntegrationTests.run("playground", "up", "--dir", directory, "--json")
            try #require(up.status == 0, "\(up.output)")
            let made = try Self.object(up.output)
            for key in ["dir", "port", "user", "database", "socket", "nodes", "members"] { #expect(made[key] != nil, "\(key)") }
            let nodes = try #require(made["nodes"] as? [[String: Any]])
            #expect(nodes.compactMap { $0["role"] as? String } == ["primary", "standby", "standby"])
            let segments = (0...2).compactMap { SharedSegment(leftIn: directory + "/nodes/node\($0)") }
            #expect(segments.count == 3 && segments.allSatisfy { $0.exists })
            let killed = try IntegrationTests.run("playground", "kill-primary", "--dir", directory)
            #expect(killed.output == "killed node 0\n")
            try IntegrationTests.eventually("a standby took over") {
                let nodes = try Self.object(IntegrationTests.run("playground", "status", "--dir", directory, "--json").output)["nodes"] as? [[String: Any]]
                return nodes?.compactMap { $0["role"] as? String } == ["down", "primary", "standby"]
            }
            #expect(try IntegrationTests.run("playground", "down", "--dir", directory).status == 0)
            #expect(!FileManager.default.fileExists(atPath: directory))
            try IntegrationTests.eventually("nothing of it runs") { try Self.processes(in: directory).isEmpty }
            let left = segments.filter(\.exists)
            #expect(left.isEmpty, "a killed server cannot remove its own")
        }

        @Test("A setting of the user's stands in understudy.conf; a wrong one fails with the daemon's own words and leaves nothing")
        func settings() throws {
            let directory = Self.place()
            let (status, output) = try IntegrationTests.run("playground", "up", "--dir", directory, "--standbys", "0", "--set", "max_client_con=5")
            #expect(status != 0 && output.contains("max_client_con") && output.contains("max_client_conn"), "\(output)")
            #expect(try Self.processes(in: directory).isEmpty)
        }

        @Test("An up that was killed at any time is cleared away by down", arguments: [0.1, 0.4, 0.8, 1.2, 1.8])
        func interrupted(_ seconds: Double) throws {
            let directory = Self.place()
            _ = try IntegrationTests.launch("/usr/bin/env", ["timeout", "-s", "KILL", "\(seconds)", IntegrationTests.executable, "playground", "up", "--dir", directory])
            let down = try IntegrationTests.run("playground", "down", "--dir", directory)
            let wasEarly = down.output.contains("there is no playground in")
            #expect(down.status == 0 || wasEarly, "\(down.output)")
            #expect(try Self.processes(in: directory).isEmpty)
            if wasEarly, FileManager.default.fileExists(atPath: directory) { try FileManager.default.removeItem(atPath: directory) }
            #expect(!FileManager.default.fileExists(atPath: directory))
        }

        @Test("Two playgrounds made at once do not meet")
        func twoAtOnce() throws {
            let places = [Self.place(), Self.place()]
            let results = Results()
            DispatchQueue.concurrentPerform(iterations: 2) { number in
                do { results.add(try IntegrationTests.run("playground", "up", "--dir", places[number], "--standbys", "1").status) } catch { Issue.record(error) }
            }
            #expect(results.all == [0, 0])
            for place in places { #expect(try IntegrationTests.run("playground", "down", "--dir", place).status == 0) }
        }

        @Test("A killed server's lock with somebody else's process number harms nobody")
        func staleLock() throws {
            try IntegrationTests.onCluster(standbys: 0, startsDaemon: false) { cluster in
                try cluster.killNode(0)
                let lock = cluster.description.nodes[0].pgdata + "/postmaster.pid"
                let text = try String(contentsOfFile: lock, encoding: .utf8)
                let own = text.replacingOccurrences(of: "^[0-9]+", with: String(getpid()), options: .regularExpression)
                try own.write(toFile: lock, atomically: true, encoding: .utf8)
                #expect(cluster.postmaster(of: 0) == nil)
                #expect(throws: PlaygroundError.self) { try cluster.killNode(0) }
                try cluster.startNode(0)
                #expect(cluster.primary() == 0)
            }
        }

        @Test("A directory that is not empty, or whose name is too long for sockets, is refused and left as it was")
        func badPlaces() throws {
            let full = Self.place()
            try FileManager.default.createDirectory(atPath: full + "/mine", withIntermediateDirectories: true)
            let refused = try IntegrationTests.run("playground", "up", "--dir", full)
            #expect(refused.status != 0 && refused.output.contains("is not empty"), "\(refused.output)")
            #expect(FileManager.default.fileExists(atPath: full + "/mine"))
            let long = full + "/" + String(repeating: "x", count: 100)
            #expect(try IntegrationTests.run("playground", "up", "--dir", long).output.contains("at most 80"))
            #expect(!FileManager.default.fileExists(atPath: long))
            try FileManager.default.removeItem(atPath: full)
        }

        private static func place() -> String { NSTemporaryDirectory() + "understudy-test-\(UUID().uuidString.prefix(8))" }

        private static func object(_ json: String) throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        }

        /// Who still works there.
        private static func processes(in directory: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.filter { pid in
                let line = String(decoding: FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data(), as: UTF8.self)
                return line.contains(directory)
            }
        }
    }
}

/// What threads bring home.
private final class Results: @unchecked Sendable {
    // Guarded by `lock`.
    private var values: [Int32] = []
    private let lock = NSLock()
    func add(_ value: Int32) { lock.withLock { values.append(value) } }
    var all: [Int32] { lock.withLock { values } }
}
