import Glibc
import Pooling
import PostgresWire
import Settings
import Synchronization
import TestSupport
import Testing
@testable import Proxying

/// What goes wrong on a backend, between two sessions and within one.
@Suite("Backends in trouble", .serialized)
struct BackendTroubleTests {
    /// An error that says nothing but its severity and text.
    private static func withoutCode(_ severity: String) -> [UInt8] {
        var writer = MessageWriter()
        writer.message(.error) { body in
            for (field, text) in [("S", severity), ("V", severity), ("M", "no code")] {
                body.raw(field.utf8)
                body.string(text)
            }
            body.byte(0)
        }
        return writer.bytes
    }

    @Test("An error without a SQLSTATE is passed on to who asked, and the session goes on (CVE-2026-6666)", arguments: ["session", "transaction"])
    func noCode(_ mode: String) async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            while try connection.socket.message().kind != FrontendMessageKind.terminate.rawValue {
                try connection.socket.send(Self.withoutCode("ERROR"))
                try connection.send { $0.readyForQuery(.idle) }
            }
        }
        let stage = try Stage(node) { $0.pooling.mode = mode == "session" ? .session : .transaction }
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        for _ in 0..<2 { #expect(try frontend.query("SELECT 1") == "Error ERROR XX000 \"no code\", Ready I") }
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A backend that says an error while nobody has it is not given to anybody again, whatever the error", arguments: [
        ErrorMessage(.fatal, .adminShutdown, "x").bytes, ErrorMessage(.fatal, .crashShutdown, "x").bytes, ErrorMessage(.error, .internalError, "x").bytes,
        withoutCode("FATAL"), withoutCode("ERROR"),
    ])
    func idleError(_ words: [UInt8]) async throws {
        let speaks = Log()
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            _ = try connection.socket.message()
            try connection.send {
                $0.commandComplete("FROM \(connection.number)")
                $0.readyForQuery(.idle)
            }
            if connection.number == 0 {
                while speaks.all.isEmpty { usleep(1000) }
                try connection.socket.send(words)
                speaks.add("said")
            }
            // It stays open: only what it said tells that it is of no use.
            _ = try connection.socket.message()
        }
        let stage = try Stage(node) { $0.pooling.mode = .transaction }
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        let first = try frontend.query("SELECT 1")
        speaks.add("now")
        #expect(await stage.eventually { speaks.all.contains("said") })
        #expect(await stage.eventually { await stage.proxy.statistics().backends.values.reduce(0, +) <= 0 || first != "Complete FROM 0, Ready I" })
        #expect(try frontend.query("SELECT 2").hasPrefix("Complete FROM 1"), "and the client notices nothing")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A backend that is being cancelled serves nobody else until the node has closed the cancel's connection")
    func cancelled() async throws {
        let mayClose = Atomic(false), mayAnswer = Atomic(false)
        let node = try ScriptedBackend(cancelled: { while !mayClose.load(ordering: .acquiring) { usleep(1000) } }) { connection in
            try connection.welcome()
            while true {
                _ = try connection.socket.message()
                while !mayAnswer.load(ordering: .acquiring) { usleep(1000) }
                try connection.send {
                    $0.commandComplete("FROM \(connection.number)")
                    $0.readyForQuery(.idle)
                }
            }
        }
        let stage = try Stage(node) {
            $0.pooling.mode = .transaction
            $0.pooling.size = 1
        }
        let victim = try stage.frontend(), next = try stage.frontend()
        let key = try victim.logIn()
        _ = try next.logIn()
        #expect(await stage.eventually { await stage.proxy.statistics().backends.values.reduce(0, +) == 1 })
        try victim.sendQuery("SELECT 1")
        let canceller = try stage.frontend()
        try canceller.socket.send(key.cancelRequest)
        #expect(await stage.eventually { node.seen.all.contains { $0.hasPrefix("cancel") } })
        mayAnswer.store(true, ordering: .releasing)
        #expect(try victim.answer() == "Complete FROM 0, Ready I", "the cancel came too late")
        try next.sendQuery("SELECT 2")
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 })
        mayClose.store(true, ordering: .releasing)
        #expect(try next.answer() == "Complete FROM 0, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A reload holds for what comes after it: the next wait, the size of a pool")
    func reload() async throws {
        let node = try echoing(), stage = try Stage(node) { $0.queryWaitTimeout = .seconds(60) }
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        await stage.close(2)
        var configuration = ProxyConfiguration()
        configuration.queryWaitTimeout = .milliseconds(20)
        await stage.proxy.reload(configuration)
        #expect(try frontend.query("SELECT 1").hasPrefix("Error ERROR 57P03"))
        await stage.open(0, 3)
        #expect(try frontend.query("SELECT 2") == "Complete SELECT 2, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }
}
