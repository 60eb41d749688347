import Pooling
import PostgresWire
import Sessions
import Settings
import TestSupport
import Testing
@testable import Proxying

/// The end of a login: what a client is told of the server, with a backend and without one.
@Suite("Welcome")
struct WelcomeTests {
    /// The proxy itself lets everybody in.
    private struct TrustingRules: ConfigurationSource {
        func contents(of file: String) -> Result<String, Unreadable> { .success("host all all all trust") }
        func exists(_ file: String) -> Bool { true }
        func entries(of directory: String) -> Result<[String], Unreadable> { .success([]) }
        func access(to file: String) -> FileAccess? { nil }
    }

    /// A node whose n-th backend begins with the n-th of these zones, and later ones with the last. BEGIN opens a block.
    private func node(_ zones: String...) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            try connection.send {
                $0.authenticationOK()
                $0.parameterStatus("TimeZone", zones[min(connection.number, zones.count - 1)])
                BackendKey(process: Int32(1000 + connection.number), secret: 4242).write(to: &$0)
                $0.readyForQuery(.idle)
            }
            try connection.answerQueries()
        }
    }

    private func configure(_ configuration: inout ProxyConfiguration) {
        configuration.authenticator = Authenticator(.rules(HostRules(path: "/hba", from: TrustingRules())), secrets: [:], hasQuery: false, seed: [1])
        configuration.pooling.mode = .transaction
        configuration.pooling.size = 1
        configuration.shardCount = 1
    }

    /// What a login is told, and the frontend.
    private func logIn(_ stage: Stage, _ parameters: [StartupMessage.Parameter] = []) async throws -> (frontend: ScriptedFrontend, words: String) {
        try await onThread {
            let frontend = try stage.frontend()
            try frontend.socket.send(StartupMessage(user: "anna", database: "shop", parameters: parameters).packet)
            return (frontend, try frontend.answer())
        }
    }

    private func ask(_ frontend: ScriptedFrontend, _ text: String) async throws -> String { try await onThread { try frontend.query(text) } }

    @Test("A login with the wishes of an earlier one needs no backend: it is greeted while the only one is in use, and counts as a login")
    func withoutBackend() async throws {
        let node = try node("UTC"), stage = try Stage(node) { configure(&$0) }
        let holder = try await logIn(stage).frontend
        #expect(try await ask(holder, "BEGIN") == "Complete BEGIN, Ready T")
        let second = try await logIn(stage)
        #expect(second.words.contains("Parameter TimeZone=UTC") && second.words.hasSuffix("Ready I"), "\(second.words)")
        #expect(node.seen.all == ["start"])
        #expect(await stage.proxy.report(.traffic).traffic.map(\.traffic.logins) == [2])
        #expect(try await ask(holder, "COMMIT") == "Complete COMMIT, Ready I")
        #expect(try await ask(second.frontend, "SELECT 2") == "Complete SELECT 2, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("After a failover a login is told what the new primary says")
    func failover() async throws {
        let old = try node("UTC"), new = try node("Asia/Tokyo"), stage = try Stage(old, new) { configure(&$0) }
        #expect(try await logIn(stage).words.contains("TimeZone=UTC"))
        await stage.close(2)
        await stage.open(1, 3)
        #expect(try await logIn(stage).words.contains("TimeZone=Asia/Tokyo"))
        await stage.proxy.stop(.fast)
        old.stop()
        new.stop()
    }

    @Test("After ALTER ROLE SET and RECONNECT a login is told the new value")
    func reconnect() async throws {
        let node = try node("UTC", "Asia/Tokyo"), stage = try Stage(node) { configure(&$0) }
        #expect(try await logIn(stage).words.contains("TimeZone=UTC"))
        _ = await stage.proxy.perform(.reconnect("shop"))
        #expect(try await logIn(stage).words.contains("TimeZone=Asia/Tokyo"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A backend that begins with other values than the last one ends what is remembered of that one")
    func otherValues() async throws {
        let node = try node("UTC", "Asia/Tokyo"), stage = try Stage(node) {
            configure(&$0)
            $0.pooling.size = 2
        }
        let first = try await logIn(stage).frontend, second = try await logIn(stage)
        #expect(second.words.contains("TimeZone=UTC"))
        _ = try await ask(first, "BEGIN")
        #expect(try await ask(second.frontend, "SELECT 1") == "Parameter TimeZone=Asia/Tokyo, Complete SELECT 1, Ready I", "who was greeted by the old word is told")
        #expect(try await logIn(stage).words.contains("TimeZone=Asia/Tokyo"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A login that wishes something else is told of a backend that has it, and a client of a new protocol option or version as little as before")
    func otherWishes() async throws {
        let node = try node("UTC"), stage = try Stage(node) { configure(&$0) }
        let holder = try await logIn(stage).frontend
        _ = try await ask(holder, "BEGIN")
        let other = try stage.frontend()
        try other.socket.send(StartupMessage(user: "anna", database: "shop", parameters: [.init("application_name", "other")]).packet)
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 }, "nothing is remembered for it, so it waits for the backend")
        _ = try await ask(holder, "COMMIT")
        #expect(try await onThread { try other.answer() }.hasSuffix("Ready I"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Clients that log in at the node itself, one after the other, leave one backend behind and not one each", arguments: [PoolMode.session, .transaction])
    func surplus(_ mode: PoolMode) async throws {
        let node = try echoing(), stage = try Stage(node) {
            $0.pooling.mode = mode
            $0.pooling.size = 100
            $0.resetQueries = []
            $0.shardCount = 1
        }
        for number in 0..<10 {
            try await onThread {
                let frontend = try stage.frontend()
                _ = try frontend.logIn()
                #expect(try frontend.query("SELECT \(number)") == "Complete SELECT \(number), Ready I")
                try frontend.send(.terminate)
                #expect(try frontend.next() == "closed")
            }
        }
        #expect(node.seen.all.filter { $0 == "start" }.count == 10, "each proved to the node who it is")
        #expect(await stage.eventually { await stage.proxy.report(.backends).backends.count == 1 })
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A login that a node refuses leaves no pool and no figures behind, one that it accepts has a pool")
    func ghosts() async throws {
        let node = try ScriptedBackend { connection in
            try connection.send { $0.askCleartextPassword() }
            let (_, body) = try connection.socket.message()
            if body.starts(with: "pencil".utf8) { try connection.welcome(); try connection.answerQueries() }
            try connection.send { ErrorMessage(.fatal, .invalidPassword, "the node says no").write(to: &$0) }
        }
        let stage = try Stage(node)
        for number in 0..<5 {
            try await onThread {
                let frontend = try stage.frontend()
                try frontend.start(user: "stranger\(number)", database: "nowhere\(number)")
                _ = try frontend.next()
                try frontend.send(.secret) { $0.string("wrong") }
                #expect(try frontend.next().contains("28P01"))
                frontend.socket.hangUp()
            }
        }
        #expect(await stage.eventually { await stage.proxy.statistics().frontends == 0 })
        let report = await stage.proxy.report([.pools, .traffic])
        #expect(report.pools.isEmpty && report.traffic.isEmpty, "\(report.pools.map(\.key))")
        let accepted = try await onThread {
            let frontend = try stage.frontend()
            try frontend.start()
            _ = try frontend.next()
            try frontend.send(.secret) { $0.string("pencil") }
            _ = try frontend.answer()
            return frontend
        }
        #expect(await stage.proxy.report([.pools]).pools.map(\.key.database) == ["shop"])
        accepted.socket.hangUp()
        await stage.proxy.stop(.fast)
        node.stop()
    }
}
