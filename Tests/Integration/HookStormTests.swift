import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Runaway hooks under load")
    struct HookStormTests {
        /// What hooks do that never end: each of another kind, all at once where the daemon tells them all at once.
        private static let runaways = [
            "while true do end", "while true do pcall(function() while true do end end) end", "local s = ('ab'):rep(1 << 20) while true do pcall(string.gsub, s, 'b', 'c') end",
            "while true do pcall(function() local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end end) end",
            "while true do us.log.info(('x'):rep(2000)) end", "while true do pcall(string.find, ('a'):rep(220), ('a-'):rep(5) .. 'b') end",
        ]
        /// Of load, in each half of a round.
        private static let seconds = 3
        private static let rounds = 5
        /// How long a runaway may run: longer than half a round.
        private static let budget = 6

        private static func hook(_ number: Int) -> String {
            """
            local us = require "understudy"
            local hook = us.hook { name = "storm\(number)" }
            function hook.node_up(ev)
              \(runaways[number])
            end
            return hook
            """
        }

        /// Latencies of pgbench's transactions in microseconds, sorted.
        private func load(_ cluster: PlaygroundCluster, _ name: String) throws -> [Int] {
            let prefix = cluster.directory + "/" + name
            // A steady rate that leaves the processors room: latency is the question, not throughput.
            let (status, output) = try bench(cluster, ["-n", "-S", "-c", "4", "-T", "\(Self.seconds)", "-R", "400", "--log", "--log-prefix=\(prefix)"])
            #expect(status == 0 && output.contains("number of failed transactions: 0 "), "\(output)")
            let logs = try FileManager.default.contentsOfDirectory(atPath: cluster.directory).filter { $0.hasPrefix(name + ".") }
            let latencies = try logs.flatMap { log in
                try String(contentsOfFile: cluster.directory + "/" + log, encoding: .utf8).split(separator: "\n").compactMap { line in
                    let words = line.split(separator: " ")
                    // With a rate, pgbench counts the time that a transaction waited for its turn; that is its own.
                    return words.count > 6 ? Int(words[2]).flatMap { whole in Int(words[6]).map { whole - $0 } } : nil
                }
            }.sorted()
            #expect(latencies.count > Self.seconds * 300)
            return latencies
        }

        private func bench(_ cluster: PlaygroundCluster, _ arguments: [String]) throws -> (status: Int32, output: String) {
            try IntegrationTests.launch("/usr/bin/env", ["pgbench"] + arguments, environment: [
                "PGHOST": "127.0.0.1", "PGPORT": "\(cluster.description.port)", "PGUSER": "app", "PGDATABASE": PlaygroundCluster.database, "PGPASSFILE": cluster.passfile,
            ])
        }

        /// The daemon's hook processes: the ticks of processor time that each has used.
        private func hookProcesses(of daemon: Int32) throws -> [Int] {
            try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { pid in
                guard let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat"), let command = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
                      String(decoding: command, as: UTF8.self).contains("hook-host") else { return nil }
                // From the state on, which follows the name in brackets.
                let words = String(decoding: stat, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
                return words.count > 11 && Int32(words[1]) == daemon ? Int(words[11]) : nil
            }
        }

        /// What 99 of 100 did not exceed.
        private static func p99(_ latencies: [Int]) -> Int { latencies[latencies.count * 99 / 100] }

        private static func median(_ values: [Int]) -> Int { values.sorted()[values.count / 2] }

        @Test("Traffic does not notice a storm of runaway hooks, and none is left behind")
        func storm() throws {
            let settings = [("hook_cpu_slice", "20s"), ("hook_cpu_limit", "20s")]
            try IntegrationTests.onCluster(standbys: 1, settings: settings, startsDaemon: false) { cluster in
                for number in Self.runaways.indices {
                    try Self.hook(number).write(toFile: cluster.directory + "/hooks/storm\(number).lua", atomically: true, encoding: .utf8)
                }
                try cluster.startDaemon()
                let daemon = try #require(cluster.daemon)
                #expect(try bench(cluster, ["-i", "-q", "-s", "1"]).status == 0)
                var calm: [Int] = [], stormy: [Int] = []
                // What else the machine does comes and goes: calm and storm take turns, and the middle rounds count.
                for round in 1...Self.rounds {
                    calm.append(Self.p99(try load(cluster, "calm\(round)")))
                    let storm = Thread { _ = try? IntegrationTests.run("hooks", "run", "node_up", "--node", "node1", "--confirm", "node_up", "--socket", cluster.description.socket) }
                    storm.start()
                    try IntegrationTests.eventually("storm \(round) begins") { try hookProcesses(of: daemon).contains { $0 > 20 } }
                    stormy.append(Self.p99(try load(cluster, "storm\(round)")))
                    #expect(!storm.isFinished, "the storm was over before its load")
                    try IntegrationTests.eventually("every runaway has failed, and only those processes are left that wait for work", seconds: 40) {
                        let log = try cluster.log(), processes = try hookProcesses(of: daemon)
                        return log.split(separator: "node_up failed (budget)").count > round && processes.count <= 2 && !processes.contains { $0 > 100 }
                    }
                }
                print("p99 in us, calm \(calm), with runaways \(stormy)")
                // A hook that computes gives way to traffic. Its memory and the daemon's answers to it cost something on two cores: some
                // milliseconds, more beside other work. Traffic that waits for a hook would wait for seconds.
                #expect(Self.median(stormy) < 3 * Self.median(calm) + 20_000, "p99 \(Self.median(calm)) us became \(Self.median(stormy)) us")
            }
        }
    }
}
