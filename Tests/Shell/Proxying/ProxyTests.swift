import PostgresWire
import TestSupport
import Testing
@testable import Proxying

@Suite("Proxy", .serialized)
struct ProxyTests {
    @Test("A session is spliced to the primary, and both ends see its end")
    func splice() async throws {
        let node = try echoing()
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        #expect(try frontend.query("SELECT 1") == "Complete SELECT 1, Ready I")
        try frontend.send(.terminate)
        #expect(try frontend.next() == "closed")
        #expect(await stage.eventually { await stage.proxy.statistics().frontends == 0 })
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Once a closed gate is adopted nothing of the old epoch reaches a frontend, though the node still answers")
    func gate() async throws {
        let answered = Log()
        let old = try ScriptedBackend { connection in
            try connection.welcome()
            _ = try connection.socket.message()
            while answered.all.isEmpty {}
            try connection.send {
                $0.commandComplete("INSERT 0 1")
                $0.readyForQuery(.idle)
            }
        }
        let new = try echoing()
        let stage = try Stage(old, new)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        try frontend.sendQuery("INSERT INTO t VALUES (1)")
        await stage.close(2)
        answered.add("now")
        #expect(try frontend.answer().hasPrefix("Error ERROR 08007"))
        try frontend.sendQuery("SELECT 2")
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 })
        #expect(await stage.proxy.statistics().backends.isEmpty)
        await stage.open(1, 3)
        #expect(try frontend.answer() == "Complete SELECT 2, Ready I")
        await stage.proxy.stop(.fast)
        old.stop()
        new.stop()
    }

    @Test("A session that waits after the gate was closed and opened in one epoch is not forgotten when it is closed and opened again")
    func reopened() async throws {
        let old = try echoing(), new = try echoing()
        let stage = try Stage(old, new)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        await stage.close(1)
        await stage.open(0, 1)
        old.stop()
        try frontend.sendQuery("SELECT 1")
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 })
        await stage.close(2)
        await stage.open(1, 2)
        #expect(try frontend.answer() == "Complete SELECT 1, Ready I")
        await stage.proxy.stop(.fast)
        new.stop()
    }

    @Test("A statement is held no longer than query_wait_timeout, and the session lives")
    func heldTooLong() async throws {
        let node = try echoing()
        let stage = try Stage(node) { $0.queryWaitTimeout = .milliseconds(50) }
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        await stage.close(2)
        #expect(try frontend.query("SELECT 1").hasPrefix("Error ERROR 57P03"))
        await stage.open(0, 3)
        #expect(try frontend.query("SELECT 2") == "Complete SELECT 2, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A login waits for a primary, but no longer than authentication_timeout")
    func loginHeld() async throws {
        let node = try echoing()
        let stage = try Stage(node, open: nil)
        let patient = try stage.frontend()
        try patient.start()
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 })
        await stage.open(0, 2)
        #expect(try patient.answer().hasSuffix("Ready I"))
        await stage.proxy.stop(.fast)

        let hasty = try Stage(node, open: nil) { $0.authenticationTimeout = .milliseconds(50) }
        let frontend = try hasty.frontend()
        try frontend.start()
        #expect(try frontend.next().hasPrefix("Error FATAL 57P03"))
        #expect(try frontend.next() == "closed")
        await hasty.proxy.stop(.fast)
        node.stop()
    }

    @Test("A cancel reaches the node with the node's key; a wrong secret reaches nobody", arguments: [1, 2])
    func cancel(shards: Int) async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            while true { _ = try connection.socket.message() }
        }
        let stage = try Stage(node) { $0.shardCount = shards }
        let frontend = try stage.frontend()
        let key = try frontend.logIn()
        #expect(key.secret != [0, 0, 16, 146])
        try frontend.sendQuery("SELECT pg_sleep(100)")
        let wrong = try stage.frontend()
        try wrong.socket.send(#require(BackendKey(process: key.process, secret: key.secret.map { $0 ^ 1 })).cancelRequest)
        #expect(try wrong.next() == "closed")
        let stray = try stage.frontend()
        try stray.socket.send(#require(BackendKey(process: -1, secret: key.secret)).cancelRequest)
        #expect(try stray.next() == "closed")
        #expect(node.seen.all == ["start"])
        let right = try stage.frontend()
        try right.socket.send(key.cancelRequest)
        #expect(try right.next() == "closed")
        #expect(node.seen.all.contains("cancel 1000 4242"), "the connection ends only once the node has the cancel")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A held statement can be cancelled")
    func cancelHeld() async throws {
        let node = try echoing()
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        let key = try frontend.logIn()
        await stage.close(2)
        try frontend.sendQuery("SELECT 1")
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 })
        try stage.frontend().socket.send(key.cancelRequest)
        #expect(try frontend.answer().hasPrefix("Error ERROR 57014"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A client that is gone in the middle of a statement has it cancelled")
    func goneMidStatement() async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            while true { _ = try connection.socket.message() }
        }
        let stage = try Stage(node)
        var frontend: ScriptedFrontend? = try stage.frontend()
        _ = try frontend?.logIn()
        try frontend?.sendQuery("SELECT pg_sleep(100)")
        #expect(await stage.eventually { await stage.proxy.statistics().backends.count == 1 })
        frontend = nil
        #expect(await stage.eventually { node.seen.all.contains("cancel 1000 4242") })
        #expect(await stage.eventually { await stage.proxy.statistics().frontends == 0 })
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A row that was sent in part cannot be completed: the connection ends without a word")
    func brokenRow() async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            _ = try connection.socket.message()
            try connection.socket.send([0x44, 0, 0, 1, 0] + Array(repeating: 7, count: 20))
        }
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        try frontend.sendQuery("SELECT 1")
        #expect(try frontend.socket.receive(25).count == 25)
        #expect(try frontend.next() == "closed")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Whole rows are followed by an error, and the session goes on")
    func wholeRows() async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            _ = try connection.socket.message()
            try connection.send { $0.dataRow(["1"], of: [ResultColumn("a")]) }
        }
        let other = try echoing()
        let stage = try Stage(node, other)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        try frontend.sendQuery("SELECT 1")
        #expect(try frontend.next() == "dataRow")
        #expect(try frontend.answer().hasPrefix("Error ERROR 08007"))
        #expect(await stage.eventually { stage.facts.all.contains { $0.contains("reset") } })
        await stage.open(1, 2)
        #expect(try frontend.query("SELECT 2") == "Complete SELECT 2, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
        other.stop()
    }

    @Test("An idle session does not notice that the node ended its backend")
    func invisible() async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            guard connection.number == 0 else { return try connection.answerQueries() }
            try connection.send { ErrorMessage(.fatal, .adminShutdown, "terminating connection due to administrator command").write(to: &$0) }
        }
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        #expect(await stage.eventually { stage.facts.all.contains { $0.contains("adminShutdown") } })
        #expect(try frontend.query("SELECT 1") == "Complete SELECT 1, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("No statement reaches a node that says it is a standby")
    func standby() async throws {
        let asked = Log()
        let first = try echoing()
        let second = try ScriptedBackend { connection in
            let isStandby = asked.all.count < 3
            asked.add("asked")
            try connection.welcome(standby: isStandby)
            if isStandby, try connection.socket.message().kind == FrontendMessageKind.query.rawValue { asked.add("written to a standby") }
            try connection.answerQueries()
        }
        let stage = try Stage(first, second)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        await stage.open(1, 2)
        #expect(try frontend.query("INSERT INTO t VALUES (1)") == "Complete INSERT INTO t VALUES (1), Ready I")
        #expect(asked.all == ["asked", "asked", "asked", "asked"])
        #expect(stage.facts.all.contains { $0.contains("standbyAsPrimary") })
        await stage.proxy.stop(.fast)
        first.stop()
        second.stop()
    }

    @Test("A refused connection is evidence, and the statement waits for another primary")
    func refused() async throws {
        let dead = try echoing(), alive = try echoing()
        let stage = try Stage(dead, alive)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        dead.stop()
        try frontend.sendQuery("SELECT 1")
        #expect(await stage.eventually { stage.facts.all.contains { $0.contains("refused") } })
        await stage.open(1, 2)
        let answer = try frontend.answer()
        #expect(answer == "Complete SELECT 1, Ready I" || answer.hasPrefix("Error ERROR 08007"), "it was held, unless it was sent as the node went")
        await stage.proxy.stop(.fast)
        alive.stop()
    }

    @Test("Sessions beyond the limit are told so; a place that is left is free again")
    func limit() async throws {
        let node = try echoing()
        let stage = try Stage(node) { $0.maxFrontends = 1 }
        let first = try stage.frontend()
        _ = try first.logIn()
        let second = try stage.frontend()
        try second.start()
        #expect(try second.next().hasPrefix("Error FATAL 53300"))
        try first.send(.terminate)
        #expect(try first.next() == "closed")
        _ = try stage.frontend().logIn()
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Garbage, truncated and oversized first packets end that connection and nothing else", arguments: [
        Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 0, 0x27, 0x11], [0, 0, 0, 4], [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 9, 0, 3, 0, 0, 65], [0, 0, 0, 8, 4, 210, 22, 47, 1],
    ])
    func garbage(bytes: [UInt8]) async throws {
        let node = try echoing()
        let stage = try Stage(node)
        let good = try stage.frontend()
        _ = try good.logIn()
        let bad = try stage.frontend()
        try bad.socket.send(bytes)
        #expect(try bad.next().hasPrefix("Error FATAL"))
        #expect(try bad.next() == "closed")
        #expect(try good.query("SELECT 1") == "Complete SELECT 1, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("SHOW pool_nodes is answered by the proxy, also while there is no primary")
    func admin() async throws {
        let node = try echoing()
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        #expect(try frontend.query("SHOW pool_nodes") == "rowDescription, dataRow, Complete SHOW, Ready I")
        await stage.close(2)
        #expect(try frontend.query("show pool_nodes;") == "rowDescription, dataRow, Complete SHOW, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A client that does not read stops its node, and gets everything once it does")
    func backPressure() async throws {
        let row: [UInt8] = [0x64, 0, 1, 0, 4] + Array(repeating: 9, count: 65_536)
        let rows = 1000
        let progress = Log()
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            _ = try connection.socket.message()
            for _ in 0..<rows {
                try connection.socket.send(row)
                progress.add("row")
            }
            try connection.send { $0.readyForQuery(.idle) }
            try connection.answerQueries()
        }
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        try frontend.sendQuery("COPY t TO STDOUT")
        var last = -1
        #expect(await stage.eventually {
            let now = progress.all.count
            defer { last = now }
            for _ in 0..<50 { _ = await stage.proxy.statistics() }
            return now == last && now > 0
        })
        #expect(progress.all.count < rows, "the sockets' own buffers hold what they hold, the proxy no more than one read")
        for _ in 0..<rows { #expect(try frontend.socket.receive(row.count) == row) }
        #expect(try frontend.next() == "Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A smart stop lets transactions finish")
    func smartStop() async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            for status in [TransactionStatus.inBlock, .idle] {
                _ = try connection.socket.message()
                try connection.send { $0.readyForQuery(status) }
            }
            _ = try connection.socket.message()
        }
        let stage = try Stage(node)
        let busy = try stage.frontend(), idle = try stage.frontend()
        _ = try busy.logIn()
        _ = try idle.logIn()
        #expect(try busy.query("BEGIN") == "Ready T")
        // The clients block a thread of their own: all of the pool's may be taken, and the stop needs one.
        async let stopped: Void = stage.proxy.stop(.smart)
        let words: [String]
        do {
            words = try await onThread { [try idle.next(), try busy.query("COMMIT"), try busy.next(), try busy.next()] }
        } catch {
            await stage.proxy.stop(.fast)
            throw error
        }
        await stopped
        #expect(words[0].hasPrefix("Error FATAL 57P01"))
        #expect(words[1] == "Ready I")
        #expect(words[2].hasPrefix("Error FATAL 57P01"))
        #expect(words[3] == "closed")
        node.stop()
    }
}
