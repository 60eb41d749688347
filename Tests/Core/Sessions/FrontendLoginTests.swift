import PostgresWire
import Synchronization
import Testing
@testable import Sessions

@Suite("Frontend login")
struct FrontendLoginTests {
    private let entropy = LoginEntropy(nonce: Array(0..<18), salt: [1, 2, 3, 4], seed: Array(repeating: 7, count: 32))
    private let password = ClearPassword("pencil")
    private let verifier = SCRAMVerifier(ClearPassword("pencil"), salt: [9, 9, 9], iterations: 3)

    private static let derived = Mutex<[SCRAMOrigin: SCRAMKeys]>([:])

    /// Deriving is slow on purpose, and slower in a test: each password once.
    private func keys(_ origin: SCRAMOrigin) -> SCRAMKeys {
        Self.derived.withLock { known in
            if let keys = known[origin] { return keys }
            let keys = SCRAMKeys(origin)
            known[origin] = keys
            return keys
        }
    }

    private func login(_ method: LoginMethod) -> FrontendLogin { FrontendLogin(user: "anna", method, entropy) }
    private func begin(_ login: inout FrontendLogin) -> FrontendLogin.Action { login.begin(keys) }

    private func say(_ login: inout FrontendLogin, _ body: [UInt8], _ kind: FrontendMessageKind = .secret) -> FrontendLogin.Action {
        body.withUnsafeBytes { login.received(kind, $0) }
    }

    private func say(_ login: inout FrontendLogin, _ text: String) -> FrontendLogin.Action { say(&login, Array(text.utf8) + [0]) }

    /// What the server asked, when it asked.
    private func request(_ action: FrontendLogin.Action) throws -> AuthenticationRequest {
        guard case .send(let bytes) = action else { throw Unexpected(what: "\(action)") }
        return try Array(bytes.dropFirst(5)).withUnsafeBytes { try AuthenticationRequest(body: $0) }
    }

    private struct Unexpected: Error { let what: String }

    private func refusal(_ action: FrontendLogin.Action) -> ErrorMessage? {
        guard case .refused(let message, _) = action else { return nil }
        return message
    }

    /// Plays libpq to the end, with whatever password.
    private func converse(_ login: inout FrontendLogin, password: String) throws -> FrontendLogin.Action {
        switch try request(begin(&login)) {
        case .cleartextPassword: return say(&login, password)
        case .md5Password(let salt): return say(&login, MD5Password.answer(user: "anna", password: password, salt: salt))
        case .sasl(let mechanisms):
            #expect(mechanisms == ["SCRAM-SHA-256"])
            var client = SCRAMExchange(nonce: "clients")
            guard case .saslContinue(let challenge) = try request(say(&login, initial(client.clientFirst))) else { throw Unexpected(what: "no challenge") }
            let proof = try client.respond(to: challenge) { keys(SCRAMOrigin(password: password, salt: $0, iterations: $1)) }
            let verdict = say(&login, proof)
            if case .accepted(_, let words) = verdict {
                guard case .saslFinal(let final) = try request(.send(words)) else { throw Unexpected(what: "no proof of the server") }
                try client.finish(final)
            }
            return verdict
        case .ok, .saslContinue, .saslFinal, .other: throw Unexpected(what: "a question")
        }
    }

    private func initial(_ first: [UInt8], mechanism: String = "SCRAM-SHA-256", length: Int32? = nil) -> [UInt8] {
        var writer = MessageWriter()
        writer.string(mechanism)
        writer.int32(length ?? Int32(first.count))
        writer.raw(first)
        return writer.bytes
    }

    private var methods: [(LoginMethod, BackendSecret)] {
        let digest = MD5Password.stored(user: "anna", password: "pencil")
        let keys = SCRAMKeys(SCRAMOrigin(password: "pencil", salt: [9, 9, 9], iterations: 3))
        let captured = BackendSecret.keys(keys, salt: [9, 9, 9], iterations: 3)
        return [
            (.password(.clear(password)), .password(password)), (.password(.md5(digest)), .password(password)),
            (.md5(.clear(password)), .password(password)), (.md5(.md5(digest)), .md5(digest)), (.md5(.verifier(verifier)), captured),
            (.scram(.clear(password)), .password(password)), (.scram(.verifier(verifier)), captured),
        ]
    }

    @Test("The right password lets in, with what logs in to nodes; every wrong one is refused with the same words")
    func passwords() throws {
        for (method, secret) in methods {
            var right = login(method)
            guard case .accepted(secret, _) = try converse(&right, password: "pencil") else { Issue.record("\(method)"); continue }
            for wrong in ["", "Pencil", "pencil ", "pencils", "penci", String(repeating: "x", count: 10_000)] {
                var login = login(method)
                #expect(refusal(try converse(&login, password: wrong)) == ErrorMessage(.fatal, .invalidPassword, "password authentication failed for user \"anna\""), "\(method), \(wrong.prefix(9))")
            }
        }
    }

    @Test("An unknown user is asked and refused like a known one with a wrong password")
    func unknown() throws {
        for (known, unknown) in [(LoginMethod.md5(.clear(password)), LoginMethod.md5(nil)), (.scram(.clear(password)), .scram(nil)), (.scram(.clear(password)), .scram(.md5("md5")))] {
            var first = login(known), second = login(unknown)
            #expect(begin(&first) == begin(&second))
            var third = login(known), fourth = login(unknown)
            #expect(refusal(try converse(&third, password: "wrong")) == refusal(try converse(&fourth, password: "wrong")))
            var fifth = login(unknown)
            #expect(refusal(try converse(&fifth, password: "pencil"))?.state == .invalidPassword)
        }
        // The challenge too: same nonce, same salt, same iterations.
        var known = login(.scram(.clear(password))), unknown = login(.scram(nil))
        _ = (begin(&known), begin(&unknown))
        let first = initial(Array("n,,n=,r=abc".utf8))
        #expect(say(&known, first) == say(&unknown, first))
    }

    @Test("Trust asks nothing, and hands on what is known for nodes")
    func trust() {
        var known = login(.trust(.clear(password))), unknown = login(.trust(nil)), verified = login(.trust(.verifier(verifier)))
        #expect(begin(&known) == .accepted(.password(password), words: []))
        #expect(begin(&unknown) == .accepted(.none, words: []))
        #expect(begin(&verified) == .accepted(.none, words: []), "a verifier alone proves nothing at a node")
    }

    @Test("A certificate lets in the user it names, and no other")
    func certificate() {
        var right = login(.certificate(commonName: "anna", nil)), wrong = login(.certificate(commonName: "bert", nil)), none = login(.certificate(commonName: nil, nil))
        #expect(begin(&right) == .accepted(.none, words: []))
        #expect(refusal(begin(&wrong))?.message == "certificate authentication failed for user \"anna\"")
        #expect(refusal(begin(&none))?.state == .invalidAuthorization)
        var prefix = login(.certificate(commonName: "ann", nil))
        #expect(refusal(begin(&prefix)) != nil)
    }

    @Test("A password that is not stored is judged by the node or by PAM, and used at nodes when it is right")
    func judges() throws {
        for (method, judge) in [(LoginMethod.password(nil), FrontendLogin.Judge.node), (.pam(service: "pgpool", nil), .pam(service: "pgpool")), (.password(.verifier(verifier)), .verifier(verifier))] {
            var right = login(method)
            #expect(try converse(&right, password: "pencil") == .judge(judge, password: "pencil"))
            #expect(right.isAwaitingJudgement)
            #expect(right.judged(.right(password)) == .accepted(.password(password), words: []))
            var wrong = login(method)
            _ = try converse(&wrong, password: "pencil")
            #expect(refusal(wrong.judged(.wrong(reason: "no")))?.state == .invalidPassword)
            var impossible = login(method)
            _ = try converse(&impossible, password: "pencil")
            #expect(refusal(impossible.judged(.impossible(reason: "no primary")))?.state == .cannotConnectNow)
            var early = login(method)
            _ = try converse(&early, password: "pencil")
            #expect(refusal(say(&early, "again"))?.state == .protocolViolation)
        }
        var kept = login(.pam(service: "pgpool", .clear(password)))
        _ = try converse(&kept, password: "of PAM")
        #expect(kept.judged(.right(ClearPassword("of PAM"))) == .accepted(.password(password), words: []), "PAM's password need not be the node's")
    }

    @Test("A message that is not a password ends the login, and a goodbye is one")
    func wrongMessages() {
        for (method, _) in methods {
            var query = login(method)
            _ = begin(&query)
            #expect(refusal(say(&query, Array("SELECT 1\u{0}".utf8), .query))?.state == .protocolViolation)
            var long = login(method)
            _ = begin(&long)
            #expect(refusal(long.received(.secret, nil))?.state == .protocolViolation)
            var leaving = login(method)
            _ = begin(&leaving)
            #expect(say(&leaving, [], .terminate) == .left)
        }
        for body: [UInt8] in [[], [0x41], [0x41, 0, 0x41, 0], [0x41, 0, 0], [0xFF, 0]] {
            var login = login(.password(.clear(password)))
            _ = begin(&login)
            #expect(refusal(say(&login, body))?.state == .protocolViolation, "\(body)")
        }
    }

    @Test("A SASL message that is broken is a protocol violation, never a trap (CVE-2026-6664)")
    func brokenSASL() throws {
        let first = Array("n,,n=,r=abc".utf8)
        let bodies = [[], [0], Array("SCRAM-SHA-256".utf8), Array("SCRAM-SHA-256\u{0}".utf8), initial(first, mechanism: "SCRAM-SHA-256-PLUS"), initial(first, mechanism: ""), initial(first, length: -1),
                      initial(first, length: 0), initial(first, length: .max), initial(first, length: .min), initial(first, length: 12), initial([]), initial([0xFF, 0xFE])]
        for body in bodies {
            var login = login(.scram(.clear(password)))
            _ = begin(&login)
            #expect(refusal(say(&login, body))?.state == .protocolViolation, "\(body)")
        }
        // Every truncation of a right first message, and random bytes in its place.
        let whole = initial(first)
        for count in 0..<whole.count {
            var login = login(.scram(.clear(password)))
            _ = begin(&login)
            #expect(refusal(say(&login, Array(whole.prefix(count)))) != nil)
        }
        var random = SplitMix(state: 42)
        for _ in 0..<2000 {
            var login = login(.scram(.verifier(verifier)))
            _ = begin(&login)
            _ = say(&login, whole)
            let bytes = (0..<Int.random(in: 0..<80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(refusal(say(&login, (Bool.random(using: &random) ? Array("c=biws,r=abc".utf8) : []) + bytes)) != nil)
        }
    }

    @Test("A client may begin SCRAM with nothing, and gets an empty challenge first")
    func lateFirst() throws {
        var login = login(.scram(.clear(password))), client = SCRAMExchange(nonce: "clients")
        _ = begin(&login)
        #expect(try request(say(&login, initial([], length: -1))) == .saslContinue([]))
        guard case .saslContinue(let challenge) = try request(say(&login, client.clientFirst)) else { Issue.record("no challenge"); return }
        guard case .accepted = say(&login, try client.respond(to: challenge) { keys(SCRAMOrigin(password: "pencil", salt: $0, iterations: $1)) }) else { Issue.record("not accepted"); return }
    }

    @Test("After the verdict nothing more is taken for an answer")
    func over() throws {
        var login = login(.password(.clear(password)))
        _ = try converse(&login, password: "wrong")
        #expect(refusal(say(&login, "pencil"))?.state == .protocolViolation)
    }

    @Test("Secrets do not print themselves")
    func redaction() {
        for value in ["\(password)", "\(UserSecret.clear(password))", "\(BackendSecret.password(password))", "\(LoginMethod.password(.clear(password)))", "\(LoginMethod.scram(.verifier(verifier)))", "\(SCRAMOrigin(password: "pencil", salt: [], iterations: 1))",
                      "\(BackendSecret.keys(SCRAMKeys(clientKey: [1], serverKey: [2]), salt: [], iterations: 1))"] {
            #expect(!value.contains("pencil") && !value.contains("Key"))
        }
    }
}

/// A small seeded source: a failure comes again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
