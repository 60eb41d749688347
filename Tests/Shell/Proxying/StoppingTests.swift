import Pooling
import PostgresWire
import Settings
import TestSupport
import Testing
@testable import Proxying

@Suite("Stopping")
struct StoppingTests {
    /// Answers every query; BEGIN opens a block.
    private func node() throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            try connection.welcome()
            while true {
                let (kind, body) = try connection.socket.message(), text = String(decoding: body.dropLast(), as: UTF8.self)
                if kind == FrontendMessageKind.terminate.rawValue { return }
                try connection.send {
                    $0.commandComplete(text)
                    $0.readyForQuery(text == "BEGIN" ? .inBlock : .idle)
                }
            }
        }
    }

    private func isRefused(_ stage: Stage) async -> Bool {
        await stage.eventually {
            do { return try await onThread { try stage.frontend().logIn() }.process == 0 } catch { return true }
        }
    }

    @Test("A patient end serves its clients until they leave, pools included; who comes new is refused, and who is not logged in is not waited for", arguments: [1, 2])
    func patient(shards: Int) async throws {
        let node = try node()
        let stage = try Stage(node) {
            $0.pooling.mode = .transaction
            $0.pooling.size = 1
            $0.shardCount = shards
        }
        let first = try stage.frontend(), second = try stage.frontend(), newcomer = try stage.frontend()
        try await onThread {
            _ = try first.logIn()
            _ = try second.logIn()
            try newcomer.socket.send(StartupMessage(user: "ops", database: "understudy").packet)
            #expect(try newcomer.next() == "authentication")
        }
        async let end: Void = stage.proxy.stop(.patient)
        #expect(await isRefused(stage))
        try await onThread {
            for number in 0..<20 { #expect(try first.query("SELECT \(number)") == "Complete SELECT \(number), Ready I") }
            #expect(try first.query("BEGIN") == "Complete BEGIN, Ready T")
            try second.sendQuery("SELECT 1")
            #expect(try first.query("COMMIT") == "Complete COMMIT, Ready I")
            #expect(try second.answer() == "Complete SELECT 1, Ready I", "a backend was opened, or passed on")
            for frontend in [first, second] {
                try frontend.send(.terminate)
                #expect(try frontend.next() == "closed", "no word of an error")
            }
        }
        await end
        #expect(try await onThread { try newcomer.next() }.hasPrefix("Error FATAL 57P01"))
        node.stop()
    }

    @Test("A second order hurries the first, and both end together; one that would delay it does not")
    func hurried() async throws {
        let node = try node(), stage = try Stage(node)
        let frontend = try stage.frontend()
        try await onThread {
            _ = try frontend.logIn()
            _ = try frontend.query("BEGIN")
        }
        async let patient: Void = stage.proxy.stop(.patient)
        #expect(await isRefused(stage))
        async let smart: Void = stage.proxy.stop(.smart)
        async let again: Void = stage.proxy.stop(.patient)
        #expect(try await onThread { try frontend.query("SELECT 1") } == "Complete SELECT 1, Ready I")
        async let fast: Void = stage.proxy.stop(.fast)
        #expect(try await onThread { try frontend.next() }.hasPrefix("Error FATAL 57P01"))
        _ = await (patient, smart, again, fast)
        node.stop()
    }
}
