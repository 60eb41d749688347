import PostgresWire
import TestSupport
import Testing
@testable import Proxying

@Suite("Protocol versions", .serialized)
struct NegotiationTests {
    private func startup(minor: Int32, _ pairs: [String] = []) -> [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(3 << 16 | minor)
            for text in ["user", "anna", "database", "shop"] + pairs { body.string(text) }
            body.byte(0)
        }
        return writer.bytes
    }

    /// Every message up to ReadyForQuery.
    private func greeting(_ frontend: ScriptedFrontend) throws -> [(kind: BackendMessageKind?, body: [UInt8])] {
        var messages: [(kind: BackendMessageKind?, body: [UInt8])] = []
        repeat {
            let (kind, body) = try frontend.socket.message()
            messages.append((BackendMessageKind(rawValue: kind), body))
        } while messages.last?.kind != .readyForQuery && messages.last?.kind != .error
        return messages
    }

    @Test("A client of protocol 3.2 gets a secret of 32 bytes, one of 3.0 a secret of 4; the node's own stays here",
          arguments: [(0, 4), (1, 4), (2, 32), (3, 32), (9999, 32)])
    func keys(minor: Int32, length: Int) async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            while true { _ = try connection.socket.message() }
        }
        let stage = try Stage(node)
        let frontend = try stage.frontend()
        try frontend.socket.send(startup(minor: minor))
        let messages = try greeting(frontend)
        #expect(messages.count { $0.kind == .negotiateProtocolVersion } == (minor > 2 ? 1 : 0), "told once, and only where something is not as asked")
        let body = try #require(messages.first { $0.kind == .backendKeyData }?.body)
        #expect(body.count == 4 + length)
        let key = try body.withUnsafeBytes { try BackendKey(body: $0) }
        try frontend.sendQuery("SELECT pg_sleep(100)")
        for wrong in [key.secret.dropLast() + [key.secret[length - 1] ^ 1], Array(key.secret.prefix(4)), key.secret + [0]] where wrong != key.secret {
            let stranger = try stage.frontend()
            try stranger.socket.send(try #require(BackendKey(process: key.process, secret: wrong)).cancelRequest)
            #expect(try stranger.next() == "closed")
        }
        #expect(node.seen.all == ["start"], "no part of a secret, and nothing around it, cancels anything")
        let right = try stage.frontend()
        try right.socket.send(key.cancelRequest)
        #expect(try right.next() == "closed")
        #expect(node.seen.all.contains("cancel 1000 4242"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("The version of the future with its test option, as libpq sends it, is talked down to 3.2 and served")
    func grease() async throws {
        let node = try echoing(), stage = try Stage(node)
        let frontend = try stage.frontend()
        try frontend.socket.send(startup(minor: 9999, ["_pq_.test_protocol_negotiation", ""]))
        let messages = try greeting(frontend)
        #expect(messages.first?.kind == .negotiateProtocolVersion)
        #expect(messages.first?.body == [0, 3, 0, 2, 0, 0, 0, 1] + Array("_pq_.test_protocol_negotiation\u{0}".utf8))
        #expect(messages.count { $0.kind == .negotiateProtocolVersion } == 1)
        #expect(try frontend.query("SELECT 1") == "Complete SELECT 1, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }
}
