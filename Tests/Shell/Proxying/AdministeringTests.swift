import ClusterModel
import PostgresWire
import Pooling
import Sessions
import Settings
import TestSupport
import Testing
@testable import Proxying

/// The rules of `pool_hba.conf`, in memory: everybody may come in.
private struct TrustingSource: ConfigurationSource {
    func contents(of file: String) -> Result<String, Unreadable> { .success("local all all trust\nhost all all 127.0.0.1/32 trust\n") }
    func exists(_ file: String) -> Bool { true }
    func access(to file: String) -> FileAccess? { nil }
    func entries(of directory: String) -> Result<[String], Unreadable> { .success([]) }
}

@Suite("Administering", .serialized)
struct AdministeringTests {
    private func stage(_ node: ScriptedBackend, _ change: (inout ProxyConfiguration) -> Void = { _ in }) throws -> Stage {
        try Stage(node) { configuration in
            configuration.authenticator = Authenticator(.rules(HostRules(path: "/hba", from: TrustingSource())), secrets: [:], hasQuery: false, seed: [1])
            configuration.pooling.mode = .transaction
            configuration.shardCount = 1
            change(&configuration)
        }
    }

    @Test("An administrator speaks to the daemon, in both protocols, and no backend is opened")
    func administrator() async throws {
        let node = try echoing(), stage = try stage(node)
        let frontend = try stage.frontend()
        try frontend.socket.send(StartupMessage(user: "ops", database: "understudy").packet)
        #expect(try frontend.answer().contains("server_version=15.0 (understudy test)"))
        #expect(try frontend.query("SHOW POOLS").hasSuffix("Complete SHOW, Ready I"))
        try frontend.send(.parse) { $0.string(""); $0.string("SHOW LISTS"); $0.int16(0) }
        try frontend.send(.bind) { $0.string(""); $0.string(""); $0.int16(0); $0.int16(0); $0.int16(0) }
        try frontend.send(.describe) { $0.raw("P".utf8); $0.string("") }
        try frontend.send(.execute) { $0.string(""); $0.int32(0) }
        try frontend.send(.sync)
        #expect(try frontend.answer().hasSuffix("Complete SHOW, Ready I"))
        #expect(await stage.proxy.statistics().backends.isEmpty)
        let report = await stage.proxy.report([.frontends, .pools])
        #expect(report.frontends.map(\.user) == ["ops"] && report.frontends[0].state == .active)
        try frontend.send(.terminate)
        #expect(try frontend.next() == "closed")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Whom the rights do not name is not let in, and an administrator is when the sessions are used up")
    func rights() async throws {
        let node = try echoing(), stage = try stage(node) { $0.maxFrontends = 1 }
        let stranger = try stage.frontend()
        try stranger.socket.send(StartupMessage(user: "anna", database: "pgbouncer").packet)
        let refusal = try stranger.next()
        #expect(refusal.hasPrefix("Error FATAL 28000") && refusal.contains("user \"anna\" may not use the database \"pgbouncer\""), "\(refusal)")
        let session = try stage.frontend(), second = try stage.frontend(), administrator = try stage.frontend()
        _ = try session.logIn()
        #expect(throws: (any Error).self) { try second.logIn() }
        try administrator.socket.send(StartupMessage(user: "ops", database: "pgbouncer").packet)
        #expect(try administrator.answer().hasSuffix("Ready I"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("PAUSE closes what is free and holds what comes; RESUME lets it go on")
    func pause() async throws {
        let node = try echoing(), stage = try stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        #expect(try frontend.query("SELECT 1") == "Complete SELECT 1, Ready I")
        #expect(await stage.proxy.backendCount(of: "shop", stale: false) == 1)
        _ = await stage.proxy.perform(.pause("shop"))
        #expect(await stage.proxy.backendCount(of: "shop", stale: false) == 0)
        try frontend.sendQuery("SELECT 2")
        #expect(await stage.eventually { await stage.proxy.statistics().held == 1 })
        #expect(await stage.proxy.report(.pools).pools.map(\.waitingFrontends) == [1])
        #expect(await stage.proxy.report(.frontends).frontends[0].state == .waiting)
        _ = await stage.proxy.perform(.resume(nil))
        #expect(try frontend.answer() == "Complete SELECT 2, Ready I")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("RECONNECT replaces a backend in use once it is free")
    func reconnect() async throws {
        let node = try echoing(), stage = try stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        _ = try frontend.query("SELECT 1")
        let before = await stage.proxy.report(.backends).backends.map(\.id)
        _ = await stage.proxy.perform(.reconnect(nil))
        #expect(await stage.proxy.backendCount(of: nil, stale: true) == 0)
        #expect(try frontend.query("SELECT 2") == "Complete SELECT 2, Ready I")
        let after = await stage.proxy.report(.backends).backends
        #expect(after.count == 1 && before.count == 1 && after[0].id != before[0] && !after[0].isStale)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("DISABLE refuses new logins and leaves sessions alone; KILL_CLIENT ends one, KILL all")
    func disableAndKill() async throws {
        let node = try echoing(), stage = try stage(node)
        let first = try stage.frontend(), second = try stage.frontend(), third = try stage.frontend()
        _ = try first.logIn()
        _ = try second.logIn()
        _ = await stage.proxy.perform(.disable("shop"))
        #expect(throws: (any Error).self) { try third.logIn() }
        #expect(try first.query("SELECT 1") == "Complete SELECT 1, Ready I")
        _ = await stage.proxy.perform(.enable("shop"))
        #expect(await stage.proxy.perform(.killFrontend(ConnectionID(number: 1 << 60))) == 0)
        let id = try #require(await stage.proxy.report(.frontends).frontends.map(\.id).min())
        #expect(await stage.proxy.perform(.killFrontend(id)) == 1)
        #expect(try first.next().hasPrefix("Error FATAL 57P01"))
        #expect(await stage.proxy.perform(.kill("shop")) >= 1)
        #expect(try second.next().hasPrefix("Error FATAL 57P01"))
        #expect(await stage.proxy.backendCount(of: nil, stale: false) == 0)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Figures count what happened, in their database and of their user")
    func figures() async throws {
        let node = try echoing(), stage = try stage(node)
        let frontend = try stage.frontend()
        _ = try frontend.logIn()
        for _ in 0..<3 { _ = try frontend.query("SELECT 1") }
        let reports = await stage.proxy.report(.traffic).traffic, report = try #require(reports.first)
        #expect(reports.count == 1 && report.database == "shop" && report.user == "anna")
        #expect(report.traffic.queries == 3 && report.traffic.transactions == 3 && report.traffic.logins == 1)
        #expect(report.query.total == 3 && report.transaction.total == 3)
        #expect(report.traffic.assignments >= 3)
        #expect(report.traffic.received == 3 * 14, "three queries of 14 bytes")
        #expect(report.traffic.sent > 0)
        #expect(await stage.proxy.report(.frontends).frontends[0].queries == 3)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A commit that its node answered without waiting for its standbys is counted in its database")
    func unreplicated() async throws {
        let node = try ScriptedBackend { connection in
            try connection.welcome()
            while try connection.socket.message().kind == FrontendMessageKind.query.rawValue {
                try connection.send {
                    $0.message(.notice) { notice in
                        for (field, text) in [("S", "WARNING"), ("V", "WARNING"), ("C", "01000"), ("M", "canceling wait"), ("R", "SyncRepWaitForLSN")] {
                            notice.raw(field.utf8)
                            notice.string(text)
                        }
                        notice.byte(0)
                    }
                    $0.commandComplete("COMMIT")
                    $0.readyForQuery(.idle)
                }
            }
        }
        let stage = try stage(node), frontend = try stage.frontend()
        _ = try frontend.logIn()
        for _ in 0..<2 { #expect(try frontend.query("COMMIT").hasSuffix("Complete COMMIT, Ready I")) }
        #expect(await stage.proxy.report(.traffic).traffic.map(\.traffic.unreplicatedCommits) == [2])
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("Limits of a database's and a user's frontends refuse the next with 53300, and give back what ended")
    func clientLimits() async throws {
        let node = try echoing()
        let stage = try stage(node) { configuration in
            configuration.overrides = PoolOverrides(databases: [:], users: ["anna": {
                var override = PoolOverride()
                override.maxFrontends = 1
                return override
            }()])
        }
        let first = try stage.frontend(), second = try stage.frontend()
        _ = try first.logIn()
        try second.start()
        let refusal = try second.next()
        #expect(refusal.hasPrefix("Error FATAL 53300") && refusal.contains("max_user_client_connections is 1"), "\(refusal)")
        try first.send(.terminate)
        _ = try first.next()
        let third = try stage.frontend()
        _ = try third.logIn()
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("At the limit of a database's backends an idle one of another user's pool makes room")
    func backendLimit() async throws {
        let node = try echoing()
        let stage = try stage(node) { $0.pooling.maxDatabaseBackends = 1 }
        let anna = try stage.frontend(), bert = try stage.frontend()
        _ = try anna.logIn()
        #expect(try anna.query("SELECT 1") == "Complete SELECT 1, Ready I")
        _ = try bert.logIn(user: "bert")
        #expect(try bert.query("SELECT 2") == "Complete SELECT 2, Ready I")
        #expect(await stage.proxy.report(.backends).backends.map(\.user) == ["bert"])
        await stage.proxy.stop(.fast)
        node.stop()
    }
}
