import PostgresWire
import TestSupport
import Testing
@testable import Proxying

/// Limits of time know what a session is doing.
@Suite("Limits of time", .serialized)
struct TimeLimitTests {
    private static let short = Duration.milliseconds(1)

    /// A node that keeps BEGIN and COMMIT apart, and is silent on anything with `sleep`.
    private func node() throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            try connection.welcome()
            var status = TransactionStatus.idle
            while true {
                let (kind, body) = try connection.socket.message()
                if kind == FrontendMessageKind.terminate.rawValue { return }
                let text = String(decoding: body.dropLast(), as: UTF8.self)
                if text.contains("sleep") { continue }
                if text == "BEGIN" { status = .inBlock } else if text == "COMMIT" { status = .idle }
                let now = status
                try connection.send {
                    $0.commandComplete(text)
                    $0.readyForQuery(now)
                }
            }
        }
    }

    /// The words with which a session ends that says these things and then waits.
    private func end(_ texts: [String], patience: Int = 5, _ change: (inout TimeLimits) -> Void) async throws -> String {
        let node = try node(), stage = try Stage(node) { change(&$0.limits) }
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        for text in texts {
            try frontend.sendQuery(text)
            if !text.contains("sleep") { _ = try frontend.answer() }
        }
        frontend.socket.wait(seconds: patience)
        let words: String
        do { words = try frontend.next() } catch BlockingSocket.Failure.timedOut { words = "silence" }
        await stage.proxy.stop(.fast)
        node.stop()
        return words
    }

    @Test("client_idle_limit ends who says nothing, inside a transaction and outside, and nobody whose statement runs")
    func idle() async throws {
        #expect(try await end(["SELECT 1"]) { $0.idle = Self.short }.hasPrefix("Error FATAL 57P05"))
        #expect(try await end(["BEGIN"]) { $0.idle = Self.short }.hasPrefix("Error FATAL 57P05"))
        #expect(try await end(["SELECT sleep"], patience: 1) { $0.idle = Self.short } == "silence")
    }

    @Test("idle_transaction_timeout ends who leaves a transaction open, and nobody who is outside or at work")
    func idleInTransaction() async throws {
        #expect(try await end(["BEGIN"]) { $0.idleInTransaction = Self.short }.hasPrefix("Error FATAL 25P03"))
        #expect(try await end(["BEGIN", "COMMIT"], patience: 1) { $0.idleInTransaction = Self.short } == "silence")
        #expect(try await end(["BEGIN", "SELECT sleep"], patience: 1) { $0.idleInTransaction = Self.short } == "silence")
    }

    @Test("transaction_timeout ends a transaction however busy it is; query_timeout a statement, and no idle session")
    func long() async throws {
        #expect(try await end(["BEGIN", "SELECT sleep"]) { $0.transaction = Self.short }.hasPrefix("Error FATAL 25P04"))
        #expect(try await end(["BEGIN"]) { $0.transaction = Self.short }.hasPrefix("Error FATAL 25P04"))
        #expect(try await end(["SELECT 1"], patience: 1) { $0.transaction = Self.short } == "silence")
        #expect(try await end(["SELECT sleep"]) { $0.statement = Self.short }.hasPrefix("Error FATAL 57014"))
        #expect(try await end(["BEGIN"], patience: 1) { $0.statement = Self.short } == "silence")
    }
}
