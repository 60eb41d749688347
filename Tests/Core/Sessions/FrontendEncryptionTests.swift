import PostgresWire
import Testing
@testable import Sessions

@Suite("TLS at the beginning of a connection")
struct FrontendEncryptionTests {
    private static let ssl: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]
    private static let gss: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x30]
    private static let start: [UInt8] = {
        let body = Array("user\0alice\0\0".utf8)
        return [0, 0, 0, UInt8(8 + body.count), 0, 3, 0, 0] + body
    }()

    private func received(_ startup: inout FrontendStartup, _ bytes: [UInt8]) -> FrontendStartup.Action { bytes.withUnsafeBytes { startup.received($0) } }

    private func isRefused(_ action: FrontendStartup.Action) -> Bool { if case .refuse = action { true } else { false } }

    private func isStarted(_ action: FrontendStartup.Action) -> Bool { if case .start = action { true } else { false } }

    @Test("A request for TLS is granted where TLS is offered, and declined where it is not", arguments: [true, false])
    func request(_ offersTLS: Bool) {
        var startup = FrontendStartup(offersTLS: offersTLS)
        #expect(received(&startup, Self.ssl) == (offersTLS ? .secure([UInt8(ascii: "S")], consumed: 8) : .answer([UInt8(ascii: "N")], consumed: 8)))
        #expect(isStarted(received(&startup, Self.start)))
    }

    @Test("GSSAPI is declined, and TLS may be asked for afterwards")
    func gssFirst() {
        var startup = FrontendStartup(offersTLS: true)
        #expect(received(&startup, Self.gss) == .answer([UInt8(ascii: "N")], consumed: 8))
        #expect(received(&startup, Self.ssl) == .secure([UInt8(ascii: "S")], consumed: 8))
    }

    @Test("Nothing is encrypted twice", arguments: [Self.ssl, Self.gss])
    func twice(_ again: [UInt8]) {
        var startup = FrontendStartup(offersTLS: true)
        _ = received(&startup, Self.ssl)
        #expect(isRefused(received(&startup, again)))
        var direct = FrontendStartup(offersTLS: true)
        _ = received(&direct, [0x16])
        #expect(isRefused(received(&direct, again)))
    }

    @Test("Bytes behind a request for encryption are refused", arguments: [Self.ssl, Self.gss], [true, false])
    func behind(_ request: [UInt8], _ offersTLS: Bool) {
        var startup = FrontendStartup(offersTLS: offersTLS)
        #expect(isRefused(received(&startup, request + Self.start)))
    }

    @Test("TLS that begins without a request takes the first byte with it; where it is not offered nothing can be said")
    func direct() {
        var offering = FrontendStartup(offersTLS: true)
        #expect(received(&offering, [0x16, 3, 1]) == .secure([], consumed: 0))
        #expect(isStarted(received(&offering, Self.start)))
        var silent = FrontendStartup(offersTLS: false)
        #expect(received(&silent, [0x16, 3, 1]) == .refuse([]))
    }

    @Test("A handshake anywhere but at the start is no packet")
    func late() {
        var startup = FrontendStartup(offersTLS: true)
        _ = received(&startup, Self.gss)
        #expect(isRefused(received(&startup, [0x16, 3, 1, 0, 0, 0, 0, 0])))
    }

    @Test("A cancel request may come inside TLS")
    func cancel() throws {
        var startup = FrontendStartup(offersTLS: true)
        _ = received(&startup, Self.ssl)
        let action = received(&startup, [0, 0, 0, 16, 0x04, 0xD2, 0x16, 0x2E, 0, 0, 0, 1, 0, 0, 0, 2])
        #expect(action == .cancel(try #require(BackendKey(process: 1, secret: [0, 0, 0, 2]))))
    }
}

@Suite("EncryptionRequest")
struct EncryptionRequestTests {
    private func answer(_ text: String, allowsPlain: Bool) -> EncryptionRequest.Answer {
        Array(text.utf8).withUnsafeBytes { EncryptionRequest.answered($0, allowsPlain: allowsPlain) }
    }

    private func isRefused(_ answer: EncryptionRequest.Answer) -> Bool { if case .refused = answer { true } else { false } }

    @Test("A node's consent begins the handshake, its refusal leaves it in the clear where that is allowed")
    func answers() {
        #expect(answer("S", allowsPlain: false) == .secure)
        #expect(answer("N", allowsPlain: true) == .plain)
        #expect(isRefused(answer("N", allowsPlain: false)))
    }

    @Test("Bytes behind the answer, errors and anything else are refused in every mode", arguments: ["S\u{16}", "Nx", "E", "EABCD", "R", "\0"], [true, false])
    func refused(_ text: String, _ allowsPlain: Bool) { #expect(isRefused(answer(text, allowsPlain: allowsPlain))) }
}
