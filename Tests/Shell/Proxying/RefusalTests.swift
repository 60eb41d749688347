import Pooling
import PostgresWire
import Settings
import TestSupport
import Testing
@testable import Proxying

/// Who is refused is told by which parameter.
@Suite("Refusal")
struct RefusalTests {
    /// What is configured, and the words a statement is given up with that waited for somebody else's transaction.
    struct Shortage: CustomTestStringConvertible, Sendable {
        let words: String
        let configure: @Sendable (inout ProxyConfiguration) -> Void
        var testDescription: String { words }
    }

    private static func override(_ change: (inout PoolOverride) -> Void) -> PoolOverride {
        var override = PoolOverride()
        change(&override)
        return override
    }

    private static let shortages = [
        Shortage(words: "all 1 backends of the pool are in use (default_pool_size)") { $0.pooling.size = 1 },
        Shortage(words: "all 1 backends of the pool are in use (pool_size of database.shop)") {
            $0.overrides.databases["shop"] = override { $0.size = 1 }
        },
        Shortage(words: "all 1 backends of the pool are in use (pool_size of user.anna)") {
            $0.overrides.databases["shop"] = override { $0.size = 5 }
            $0.overrides.users["anna"] = override { $0.size = 1 }
        },
        Shortage(words: "database \"shop\" has all of the backends that it may have in its pools (max_db_connections is 1)") { $0.pooling.maxDatabaseBackends = 1 },
        Shortage(words: "user \"anna\" has all of the backends that it may have in its pools (max_user_connections is 1)") {
            $0.overrides.users["anna"] = override { $0.maxBackends = 1 }
        },
    ]

    @Test("A statement that waited in vain is told which parameter leaves its pool without another backend", arguments: shortages)
    func waiting(_ shortage: Shortage) async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            while try connection.socket.message().kind == FrontendMessageKind.query.rawValue {
                try connection.send {
                    $0.commandComplete("BEGIN")
                    $0.readyForQuery(.inBlock)
                }
            }
        }
        let stage = try Stage(node) {
            $0.pooling.mode = .transaction
            $0.queryWaitTimeout = .milliseconds(50)
            shortage.configure(&$0)
        }
        try await onThread {
            let holder = try stage.frontend(), waiter = try stage.frontend()
            _ = try holder.logIn()
            _ = try waiter.logIn()
            #expect(try holder.query("BEGIN").hasSuffix("Ready T"))
            let said = try waiter.query("SELECT 1")
            #expect(said.hasPrefix("Error ERROR 57P03") && said.contains(shortage.words), "\(said)")
        }
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Where connections that never say what they want take every place, one more is told so at once, and places that they leave are given again")
    func crowd() async throws {
        let node = try echoing(), stage = try Stage(node) { $0.maxFrontends = 1 }
        // The kernel keeps one back that says nothing at all.
        let crowd = try (0...ProxyShared.spareConnections).map { _ in
            let frontend = try stage.frontend()
            try frontend.socket.send([0])
            return frontend
        }
        try await onThread { () throws in
            let late = try stage.frontend()
            try late.socket.send([0])
            #expect(try late.next() == "Error FATAL 53300 \"sorry, too many clients already: max_client_conn is 1\"")
            for silent in crowd { silent.socket.hangUp() }
        }
        #expect(await stage.eventually { await stage.proxy.statistics().frontends == 0 })
        #expect(try await onThread { try stage.frontend().logIn() }.process != 0)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A client too many is told the parameter that its operator set")
    func clients() async throws {
        let node = try echoing()
        let stage = try Stage(node) {
            $0.maxFrontends = 1
            $0.maxFrontendsName = "num_init_children"
        }
        try await onThread {
            let first = try stage.frontend(), second = try stage.frontend()
            _ = try first.logIn()
            try second.start()
            #expect(try second.next() == "Error FATAL 53300 \"sorry, too many clients already: num_init_children is 1\"")
        }
        await stage.proxy.stop(.fast)
        node.stop()
    }
}
