import PostgresWire
import TestSupport
import Testing
@testable import Sessions

@Suite("Frontend startup")
struct FrontendStartupTests {
    private static let ssl: [UInt8] = [0, 0, 0, 8, 4, 210, 22, 47], gss: [UInt8] = [0, 0, 0, 8, 4, 210, 22, 48]

    private func start(minor: Int32, _ pairs: [String] = []) -> [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(3 << 16 | minor)
            for text in ["user", "anna"] + pairs { body.string(text) }
            body.byte(0)
        }
        return writer.bytes
    }

    private func tell(_ startup: inout FrontendStartup, _ bytes: [UInt8]) -> FrontendStartup.Action { bytes.withUnsafeBytes { startup.received($0) } }

    private func isRefused(_ action: FrontendStartup.Action) -> Bool { if case .refuse = action { true } else { false } }

    /// What is said before the login goes on; nil when it does not go on.
    private func reply(_ bytes: [UInt8]) -> [UInt8]? {
        var startup = FrontendStartup(offersTLS: false)
        guard case .start(_, let reply, let consumed) = tell(&startup, bytes), consumed == bytes.count else { return nil }
        return reply
    }

    @Test("A client may ask for GSS encryption and then for SSL, each once, and go on in the clear")
    func encryption() {
        var startup = FrontendStartup(offersTLS: false)
        #expect(tell(&startup, Self.gss) == .answer(Array("N".utf8), consumed: 8))
        #expect(tell(&startup, Array(Self.ssl[..<5])) == .readMore)
        #expect(tell(&startup, Self.ssl) == .answer(Array("N".utf8), consumed: 8))
        guard case .start = tell(&startup, start(minor: 0)) else { Issue.record("no login"); return }
        var twice = FrontendStartup(offersTLS: false)
        _ = tell(&twice, Self.gss)
        #expect(isRefused(tell(&twice, Self.gss)))
    }

    @Test("Bytes behind a request for encryption, sent before its answer, are refused", arguments: [ssl, gss])
    func stuffed(request: [UInt8]) {
        var startup = FrontendStartup(offersTLS: false)
        #expect(isRefused(tell(&startup, request + start(minor: 0))))
    }

    @Test("Protocols 3.0 and 3.2 need no negotiation; a higher one, and options that nobody knows, are answered once")
    func negotiation() {
        #expect(reply(start(minor: 0)) == [])
        #expect(reply(start(minor: 2)) == [])
        #expect(reply(start(minor: 3)) == [0x76, 0, 0, 0, 12, 0, 3, 0, 2, 0, 0, 0, 0])
        #expect(reply(start(minor: 9999, ["_pq_.test_protocol_negotiation", ""]))
            == [0x76, 0, 0, 0, 43, 0, 3, 0, 2, 0, 0, 0, 1] + Array("_pq_.test_protocol_negotiation\u{0}".utf8))
        #expect(reply(start(minor: 0, ["_pq_.a", "1", "_pq_.b", ""])) == [0x76, 0, 0, 0, 26, 0, 3, 0, 0, 0, 0, 0, 2] + Array("_pq_.a\u{0}_pq_.b\u{0}".utf8))
    }

    @Test("Options are settings in both spellings; other switches are refused, except for a walsender")
    func options() {
        #expect(reply(start(minor: 0, ["options", "-c work_mem=7MB --geqo=off"])) == [])
        #expect(reply(start(minor: 0, ["options", "-e"])) == nil)
        #expect(reply(start(minor: 0, ["options", "-e", "replication", "true"])) == [])
    }

    @Test("A cancel request is known whatever the length of its secret", arguments: [4, 32, 256])
    func cancels(length: Int) throws {
        let key = try #require(BackendKey(process: 7, secret: (0..<length).map { UInt8(truncatingIfNeeded: $0) }))
        var startup = FrontendStartup(offersTLS: false)
        for count in 0..<key.cancelRequest.count { #expect(tell(&startup, Array(key.cancelRequest[..<count])) == .readMore) }
        #expect(tell(&startup, key.cancelRequest) == .cancel(key))
    }
}
