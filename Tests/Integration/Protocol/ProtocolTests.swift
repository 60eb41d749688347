import Foundation
import Playground
import PostgresWire
import TestSupport
import Testing

extension IntegrationTests {
    /// Message by message what PostgreSQL says is what the proxy says.
    @Suite("Protocol")
    struct ProtocolTests {
        /// How backends are shared while the conversations are had.
        static let poolModes = ["session", "transaction"]

        @Test("Every conversation with the proxy is the one with the node", arguments: poolModes)
        func conversations(_ mode: String) throws {
            try onOneNode(mode) { stage in
                for conversation in Conversation.all {
                    for statement in conversation.before { try stage.owner.query(statement) }
                    let direct = try conversation.have(on: stage.frontend(toNode: true))
                    for statement in conversation.before { try stage.owner.query(statement) }
                    let proxied = try conversation.have(on: stage.frontend()).filter { !conversation.isFinished || !$0.hasPrefix("Parameter") }
                    let difference = zip(direct + ["the end"], proxied + ["the end"]).enumerated().first { $0.element.0 != $0.element.1 }
                    #expect(difference == nil, "\(conversation.name)")
                    #expect(direct.count > 1, "\(conversation.name)")
                }
                // None of them left anything behind that another client could meet.
                #expect(try Conversation("after all", [.query("SHOW work_mem"), .ready()]).have(on: stage.frontend()).last == "Ready I")
            }
        }

        @Test("Notifications, and parameters that change, reach a client that is idle")
        func asynchronous() throws {
            try onOneNode("session") { stage in
                let idle = try stage.frontend()
                #expect(try idle.query("LISTEN news").hasSuffix("Ready I"))
                try stage.owner.query("NOTIFY news, 'first'")
                #expect(try stage.next(idle) == "notification news first")
                #expect(try Conversation("itself", [.query("NOTIFY news, 'own'"), .ready()]).have(on: idle) == ["Complete NOTIFY", "notification news own", "Ready I"])
                let control = try stage.cluster.connect(toNode: 0)
                try control.query("ALTER SYSTEM SET IntervalStyle = 'iso_8601'")
                try control.query("SELECT pg_reload_conf()")
                // PostgreSQL itself says it only before the next ReadyForQuery.
                try IntegrationTests.eventually("it is said") { try idle.query("SELECT 1").hasSuffix("Parameter IntervalStyle=iso_8601, Ready I") }
            }
        }

        @Test("A client that vanishes in the middle of a block, a statement or a copy leaves nothing of it on the node", arguments: poolModes)
        func vanished(_ mode: String) throws {
            try onOneNode(mode) { stage in
                for statement in ["CREATE TABLE t (id int)", "GRANT ALL ON t TO PUBLIC", "SET statement_timeout = '30s'"] { try stage.owner.query(statement) }
                let stories: [[Conversation.Step]] = [
                    [.query("BEGIN; LOCK t; INSERT INTO t VALUES (1)"), .ready()],
                    [.query("BEGIN; LOCK t"), .ready(), .query("SELECT pg_sleep(1000)")],
                    [.query("COPY t FROM STDIN"), .hear(.copyIn, 1), .copyData("1\n2\n")],
                    [.parse("COPY t FROM STDIN"), .bind(), .execute(), .flush, .hear(.copyIn, 1), .copyData("1\n2\n3")],
                    [.query("COPY (SELECT generate_series(1, 100000000)) TO STDOUT"), .hear(.copyOut, 1)],
                    [.parse("INSERT INTO t VALUES (1)"), .bind(), .execute(), .flush, .hear(.commandComplete, 1)],
                ]
                for (number, steps) in stories.enumerated() {
                    // Its socket is closed at the end of the statement; one that only stopped sending would still be listened to.
                    _ = try Conversation("vanishing", steps).have(on: stage.frontend())
                    let left = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'trusting' AND (state <> 'idle' OR backend_xid IS NOT NULL)"
                    try IntegrationTests.eventually("story \(number) is over") { try stage.owner.query(left).first?.first == "0" }
                    #expect(try stage.owner.query("SELECT count(*) FROM t").first?.first == "0", "story \(number)")
                }
                #expect(try stage.frontend().query("SELECT 1").hasSuffix("Ready I"))
            }
        }

        @Test("A commit whose wait for its synchronous standby was cancelled is in the log, and its client has the node's warning")
        func unreplicated() throws {
            try IntegrationTests.onCluster(standbys: 1, sync: 1) { cluster in
                for statement in ["CREATE TABLE t (id int)", "GRANT ALL ON t TO PUBLIC"] { try cluster.connect().query(statement) }
                try cluster.signalNode(1, SIGSTOP)
                defer { do { try cluster.signalNode(1, SIGCONT) } catch { Issue.record(error) } }
                let control = try cluster.connect(toNode: 0), client = try ScriptedFrontend(port: cluster.description.port)
                _ = try client.logIn(user: "trusting", database: PlaygroundCluster.database)
                try control.query("SET synchronous_commit = local")
                client.socket.wait(seconds: 20)
                try client.sendQuery("INSERT INTO t VALUES (1)")
                try IntegrationTests.eventually("the commit waits") { try control.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").first?.first == "1" }
                try control.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                #expect(try client.answer().hasSuffix("Complete INSERT 0 1, Ready I"))
                try IntegrationTests.eventually("it is logged") { try cluster.log().contains("a commit of trusting in app is durable on node 0 alone") }
            }
        }

        @Test("Rows and copied data of 300 MB pass through a few megabytes of memory, in both directions", arguments: poolModes)
        func large(_ mode: String) throws {
            try onOneNode(mode) { stage in
                let size = 300_000_000
                let client = try stage.frontend()
                client.socket.wait(seconds: 60)
                #expect(try client.query("CREATE TEMP TABLE big (note text)").hasSuffix("Ready I"))
                #expect(try client.query("ALTER TABLE big ALTER note SET STORAGE external").hasSuffix("Ready I"))
                let daemon = try #require(stage.cluster.daemon), before = try Memory.peak(of: daemon)
                try client.sendQuery("COPY big FROM STDIN")
                #expect(try client.next() == "copyIn")
                var header = MessageWriter()
                header.byte(FrontendMessageKind.copyData.rawValue)
                header.int32(Int32(4 + size + 1))
                try client.socket.send(header.bytes)
                let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1_000_000)
                for _ in 0..<size / chunk.count { try client.socket.send(chunk) }
                try client.socket.send(Array("\n".utf8))
                try client.send(.copyDone)
                #expect(try client.answer() == "Complete COPY 1, Ready I")
                for query in ["SELECT note FROM big", "COPY big TO STDOUT"] {
                    try client.sendQuery(query)
                    #expect(try client.skip(to: query.hasPrefix("SELECT") ? .dataRow : .copyData) >= size, "\(query)")
                    #expect(try client.answer().hasSuffix("Ready I"))
                }
                let grown = try Memory.peak(of: daemon) - before
                #expect(grown < 32 << 20, "the daemon's memory grew by \(grown >> 20) MB")
            }
        }
    }
}

/// One node, the proxy before it, and whoever wants to speak the protocol with either.
private struct ProtocolStage {
    let cluster: PlaygroundCluster
    /// As the role that owns the tables, at the node itself.
    let owner: SQLClient

    /// As a role that is not asked for a password.
    func frontend(toNode: Bool = false) throws -> ScriptedFrontend {
        let frontend = try ScriptedFrontend(port: toNode ? cluster.description.nodes[0].port : cluster.description.port)
        _ = try frontend.logIn(user: "trusting", database: PlaygroundCluster.database)
        return frontend
    }

    func next(_ frontend: ScriptedFrontend) throws -> String {
        let (kind, body) = try frontend.socket.message()
        return Conversation.words(kind, body)
    }
}

private func onOneNode(_ mode: String, _ story: (ProtocolStage) throws -> Void) throws {
    try IntegrationTests.onCluster(standbys: 0, settings: [("pool_mode", mode)]) { cluster in
        try story(ProtocolStage(cluster: cluster, owner: cluster.connect(toNode: 0, database: PlaygroundCluster.database)))
    }
}

/// What the kernel counts for a process.
enum Memory {
    /// The most memory a process has had, in bytes.
    static func peak(of process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.split(whereSeparator: \.isWhitespace)[1])) << 10
    }
}
