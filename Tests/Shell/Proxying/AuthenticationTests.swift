import ClusterModel
import Pooling
import PostgresWire
import Settings
import Synchronization
import TestSupport
import Testing
@testable import Proxying
@testable import Sessions

@Suite("Authentication by the proxy")
struct AuthenticationTests {
    /// Answers as a test says.
    private final class Source: SecretSource {
        let doubted = Log()
        private let answer: SecretAnswer
        private let judgement: FrontendLogin.Judgement?

        /// Without a judgement the judge never says anything.
        init(_ answer: SecretAnswer = .unknown, _ judgement: FrontendLogin.Judgement? = nil) {
            self.answer = answer
            self.judgement = judgement
        }

        func find(_ user: String, reply: @escaping @Sendable (SecretAnswer) -> Void) { reply(answer) }
        func doubt(_ user: String) { doubted.add(user) }
        func judge(_ judge: FrontendLogin.Judge, _ candidate: LoginCandidate, reply: @escaping @Sendable (FrontendLogin.Judgement) -> Void) {
            if let judgement { reply(judgement) }
        }
    }

    private struct Rules: ConfigurationSource {
        let text: String
        func contents(of file: String) -> Result<String, Unreadable> { .success(text) }
        func exists(_ file: String) -> Bool { true }
        func entries(of directory: String) -> Result<[String], Unreadable> { .success([]) }
        func access(to file: String) -> FileAccess? { nil }
    }

    private func authenticator(_ rules: String?, _ secrets: [String: UserSecret] = [:], query: Bool = false) -> Authenticator {
        let policy = rules.map { Authenticator.Policy.rules(HostRules(path: "/hba", from: Rules(text: $0))) } ?? .knowledge(allowsClearText: false)
        return Authenticator(policy, secrets: secrets, hasQuery: query, seed: [1, 2, 3])
    }

    private func stage(_ node: ScriptedBackend, _ authenticator: Authenticator, _ source: Source = Source(), _ change: (inout ProxyConfiguration) -> Void = { _ in }) throws -> Stage {
        try Stage(node, secrets: source) {
            $0.authenticator = authenticator
            change(&$0)
        }
    }

    /// One that costs a busy machine no time.
    private let cheap = UserSecret.verifier(SCRAMVerifier(ClearPassword("pencil"), salt: [1, 2, 3], iterations: 1))

    /// A node that asks for a password in the clear and takes only this one.
    private func guarded(_ password: String) throws -> ScriptedBackend {
        try ScriptedBackend { connection in
            try connection.send { $0.askCleartextPassword() }
            let (_, body) = try connection.socket.message()
            guard String(decoding: body.dropLast(), as: UTF8.self) == password else {
                return try connection.send { ErrorMessage(.fatal, .invalidPassword, "the node says no").write(to: &$0) }
            }
            try connection.welcome()
            try connection.answerQueries()
        }
    }

    private func scram(_ frontend: ScriptedFrontend, _ password: String) throws -> String {
        try frontend.start()
        guard try frontend.socket.message().kind == BackendMessageKind.authentication.rawValue else { return "not asked" }
        var client = SCRAMExchange(nonce: "clients")
        try frontend.send(.secret) {
            $0.string("SCRAM-SHA-256")
            $0.int32(Int32(client.clientFirst.count))
            $0.raw(client.clientFirst)
        }
        let challenge = try frontend.socket.message().body
        let proof = try client.respond(to: Array(challenge.dropFirst(4))) { SCRAMKeys(SCRAMOrigin(password: password, salt: $0, iterations: $1)) }
        try frontend.send(.secret) { $0.raw(proof) }
        let (kind, body) = try frontend.socket.message()
        guard kind == BackendMessageKind.authentication.rawValue else { return WireText.describe([kind, 0, 0, 0, UInt8(truncatingIfNeeded: body.count + 4)] + body) }
        try client.finish(Array(body.dropFirst(4)))
        return try frontend.answer()
    }

    private func password(_ frontend: ScriptedFrontend, _ password: String) throws -> String {
        try frontend.start()
        _ = try frontend.next()
        try frontend.send(.secret) { $0.string(password) }
        return try frontend.next()
    }

    @Test("SCRAM lets in with the right password, to a node that asks for it in the clear; a wrong one reaches no node", arguments: [1, 2])
    func scram(shards: Int) async throws {
        let node = try guarded("pencil")
        let stage = try stage(node, authenticator("host all all all scram-sha-256", ["anna": .clear(ClearPassword("pencil"))])) { $0.shardCount = shards }
        #expect(try await onThread { try scram(stage.frontend(), "wrong") }.contains("28P01"))
        #expect(node.seen.all.isEmpty)
        try await onThread {
            let frontend = try stage.frontend()
            #expect(try scram(frontend, "pencil").hasSuffix("Ready I"))
            #expect(try frontend.query("SELECT 1").contains("SELECT 1"))
        }
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A pooled backend lets nobody in: every frontend proves the password (CVE-2025-46801)")
    func pooled() async throws {
        let node = try guarded("pencil")
        let stage = try stage(node, authenticator("host all all all password", ["anna": .clear(ClearPassword("pencil"))])) { $0.pooling.mode = .transaction }
        try await onThread {
            let first = try stage.frontend()
            #expect(try password(first, "pencil").hasPrefix("authentication"))
            _ = try first.answer()
            for wrong in ["", "Pencil", "pencil2"] { #expect(try password(stage.frontend(), wrong).contains("28P01"), "\(wrong)") }
            let second = try stage.frontend()
            #expect(try password(second, "pencil").hasPrefix("authentication"))
            _ = try second.answer()
            #expect(try second.query("SELECT 2").contains("SELECT 2"))
        }
        #expect(node.seen.all.count { $0 == "start" } == 1, "one backend serves both")
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A rule that rejects, and none at all, end the login before anything is asked")
    func rules() async throws {
        let node = try echoing()
        let stage = try stage(node, authenticator("host shop anna all reject\nhost till all all trust"))
        try await onThread {
            for (user, words) in [("anna", "pool_hba.conf rejects connection"), ("bert", "no pool_hba.conf entry")] {
                let frontend = try stage.frontend()
                try frontend.start(user: user)
                let said = try frontend.next()
                #expect(said.contains("28000") && said.contains(words), "\(said)")
                #expect(try frontend.next() == "closed")
            }
        }
        #expect(node.seen.all.isEmpty)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A name that PostgreSQL would cut is refused: it would see another user than the rules")
    func longNames() async throws {
        let node = try echoing(), longest = String(repeating: "x", count: Shard.longestName)
        let stage = try stage(node, authenticator("host all \(longest) all reject\nhost all all all trust"))
        try await onThread {
            for (user, words) in [(longest, "rejects connection"), (longest + "x", "at most 63 bytes"), (String(longest.dropLast()), "authentication")] {
                let frontend = try stage.frontend()
                try frontend.start(user: user)
                #expect(try frontend.next().contains(words), "\(user.count)")
            }
        }
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("With no limit a login may take as long as it does")
    func unlimited() async throws {
        let node = try echoing()
        let stage = try stage(node, authenticator("host all all all trust")) { $0.authenticationTimeout = nil }
        #expect(try await onThread { try stage.frontend().logIn() }.process != 0)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("auth_query is asked for whom the proxy does not know; its failure is told as one, and a wrong password makes its answer doubtful")
    func lookUp() async throws {
        let node = try echoing(), found = Source(.known(cheap))
        let stage = try stage(node, authenticator(nil, query: true), found)
        try await onThread { () throws in
            #expect(try scram(stage.frontend(), "wrong").contains("28P01"))
            #expect(try scram(stage.frontend(), "pencil").hasSuffix("Ready I"))
        }
        #expect(found.doubted.all == ["anna"])
        await stage.proxy.stop(.fast)
        let failing = try self.stage(node, authenticator(nil, query: true), Source(.failed(reason: "a secret reason")))
        try await onThread {
            let frontend = try failing.frontend()
            try frontend.start()
            let said = try frontend.next()
            #expect(said.contains("57P03") && !said.contains("a secret reason"), "\(said)")
        }
        await failing.proxy.stop(.fast)
        node.stop()
    }

    @Test("A password that is not stored is judged, and then used at nodes; a judge who is silent is waited for as long as a login may take")
    func judge() async throws {
        let node = try guarded("pencil")
        for (judgement, words) in [(FrontendLogin.Judgement.right(ClearPassword("pencil")), "authentication"), (.wrong(reason: "no"), "28P01"), (.impossible(reason: "no primary"), "57P03"), (nil, "57014")] {
            let stage = try stage(node, authenticator("host all all all password"), Source(.unknown, judgement)) {
                if judgement == nil { $0.authenticationTimeout = .milliseconds(300) }
            }
            try await onThread { () throws in #expect(try password(stage.frontend(), "pencil").contains(words)) }
            await stage.proxy.stop(.fast)
        }
        node.stop()
    }

    @Test("A frontend that says nothing is refused when a login's time is over")
    func silence() async throws {
        let node = try echoing()
        let stage = try stage(node, authenticator("host all all all md5")) { $0.authenticationTimeout = .milliseconds(300) }
        try await onThread {
            let silent = try stage.frontend()
            try silent.start()
            #expect(try silent.next().hasPrefix("authentication"))
            #expect(try silent.next().contains("57014"))
        }
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A frontend that says something else, or too much, is refused; one that leaves is forgotten")
    func misbehaviour() async throws {
        let node = try echoing()
        let stage = try stage(node, authenticator("host all all all scram-sha-256", ["anna": cheap]))
        try await onThread {
            let eager = try stage.frontend()
            try eager.start()
            _ = try eager.next()
            try eager.sendQuery("SELECT 1")
            #expect(try eager.next().contains("08P01"))
            let large = try stage.frontend()
            try large.start()
            _ = try large.next()
            try large.send(.secret) { $0.raw([UInt8](repeating: 0x41, count: 65_535)) }
            #expect(try large.next().contains("08P01"))
            let leaving = try stage.frontend()
            try leaving.start()
            _ = try leaving.next()
            try leaving.send(.terminate)
            #expect(try leaving.next() == "closed")
        }
        #expect(node.seen.all.isEmpty)
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A new authenticator holds for logins from then on; sessions that are there stay")
    func reload() async throws {
        let node = try echoing()
        let stage = try stage(node, authenticator("host all all all trust"))
        let frontend = try await onThread {
            let frontend = try stage.frontend()
            _ = try frontend.logIn()
            return frontend
        }
        var changed = ProxyConfiguration()
        changed.authenticator = authenticator("host all all all reject")
        await stage.proxy.reload(changed)
        await #expect(throws: ScriptedFrontend.Refused.self) { try await onThread { try stage.frontend().logIn() } }
        #expect(try await onThread { try frontend.query("SELECT 1") }.contains("SELECT 1"))
        await stage.proxy.stop(.fast)
        node.stop()
    }

    @Test("A node that refuses the secret is told to the client, and the secret is doubted")
    func refusedByNode() async throws {
        let node = try guarded("another"), source = Source()
        let stage = try stage(node, authenticator("host all all all trust", ["anna": .clear(ClearPassword("pencil"))]), source)
        try await onThread {
            let frontend = try stage.frontend()
            try frontend.start()
            let said = try frontend.next()
            #expect(said.contains("28P01") && said.contains("the node refuses anna"), "\(said)")
        }
        #expect(source.doubted.all == ["anna"])
        await stage.proxy.stop(.fast)
        node.stop()
    }
}
