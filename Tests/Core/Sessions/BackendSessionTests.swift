import PostgresWire
import Testing
@testable import Sessions

@Suite("Backend session")
struct BackendSessionTests {
    private let startup = StartupMessage(user: "anna", database: "shop", parameters: [.init("application_name", "till")])

    private func session(secret: BackendSecret = .password(ClearPassword("pencil"))) -> BackendSession { BackendSession(startup, secret: secret, nonce: "ours") }

    private func tell(_ session: inout BackendSession, _ build: (inout MessageWriter) -> Void) -> BackendSession.Action {
        var writer = MessageWriter()
        build(&writer)
        guard let first = writer.bytes.first, let kind = BackendMessageKind(rawValue: first) else { preconditionFailure("a test without a message") }
        return Array(writer.bytes.dropFirst(5)).withUnsafeBytes { session.received(kind, $0) { SCRAMKeys($0) } }
    }

    private func ask(_ session: inout BackendSession, _ number: Int32, _ rest: [UInt8] = []) -> BackendSession.Action {
        tell(&session) { $0.message(.authentication) { $0.int32(number); $0.raw(rest) } }
    }

    private func answer(_ body: [UInt8]) -> BackendSession.Action {
        var writer = MessageWriter()
        writer.message(.secret) { $0.raw(body) }
        return .send(writer.bytes)
    }

    private func isRefused(_ action: BackendSession.Action, _ reason: String) -> Bool {
        guard case .failed(.refused(let message)) = action else { return false }
        return message.message.contains(reason)
    }

    @Test("A node that trusts is logged in to with the start-up parameters of the client")
    func trust() {
        var session = session(secret: .none)
        #expect(session.opening == startup.packet)
        #expect(ask(&session, 0) == .wait)
        #expect(tell(&session) { $0.parameterStatus("in_hot_standby", "off") } == .wait)
        #expect(tell(&session) { BackendKey(process: 1, secret: 2).write(to: &$0) } == .wait)
        #expect(tell(&session) { $0.readyForQuery(.idle) } == .ready)
        #expect(session.key == BackendKey(process: 1, secret: 2))
        #expect(session.parameters["in_hot_standby"] == "off")
    }

    @Test("Cleartext and md5 passwords are answered")
    func passwords() {
        var session = session()
        #expect(ask(&session, 3) == answer(Array("pencil".utf8) + [0]))
        #expect(ask(&session, 5, [1, 2, 3, 4]) == answer(Array(MD5Password.answer(user: "anna", password: "pencil", salt: [1, 2, 3, 4]).utf8) + [0]))
        #expect(ask(&session, 0) == .wait)
    }

    @Test("SCRAM goes through with a node that knows the password")
    func scram() {
        var session = session()
        let first = Array("n,,n=,r=ours".utf8)
        #expect(ask(&session, 10, Array("SCRAM-SHA-256-PLUS\u{0}SCRAM-SHA-256\u{0}\u{0}".utf8)) == answer(Array("SCRAM-SHA-256\u{0}".utf8) + [0, 0, 0, UInt8(first.count)] + first))
        let challenge = "r=ours-theirs,s=AAAA,i=2"
        guard case .send = ask(&session, 11, Array(challenge.utf8)) else { Issue.record("no proof"); return }
        let keys = SCRAMKeys(SCRAMOrigin(password: "pencil", salt: [0, 0, 0], iterations: 2))
        let signature = SCRAMKeys.hmac(keys.serverKey, Array("n=,r=ours,\(challenge),c=biws,r=ours-theirs".utf8))
        #expect(ask(&session, 12, Array("v=\(Base64.encode(signature))".utf8)) == .wait)
        #expect(ask(&session, 0) == .wait)
        #expect(tell(&session) { $0.readyForQuery(.idle) } == .ready)
    }

    @Test("The md5 digest that is stored answers a node's md5 question, and no other")
    func md5Digest() {
        var session = session(secret: .md5(MD5Password.stored(user: "anna", password: "pencil")))
        #expect(ask(&session, 5, [1, 2, 3, 4]) == answer(Array(MD5Password.answer(user: "anna", password: "pencil", salt: [1, 2, 3, 4]).utf8) + [0]))
        #expect(isRefused(ask(&session, 3), "in clear text"))
        #expect(isRefused(ask(&session, 10, Array("SCRAM-SHA-256\u{0}\u{0}".utf8)), "only the md5 digest"))
    }

    @Test("Keys out of a client's proof log in where the node has the same verifier, and say why where it has not")
    func passThrough() {
        let keys = SCRAMKeys(SCRAMOrigin(password: "pencil", salt: [0, 0, 0], iterations: 2))
        let secret = BackendSecret.keys(SCRAMKeys(clientKey: keys.clientKey, serverKey: keys.serverKey), salt: [0, 0, 0], iterations: 2)
        var right = session(secret: secret)
        _ = ask(&right, 10, Array("SCRAM-SHA-256\u{0}\u{0}".utf8))
        let challenge = "r=ours-theirs,s=AAAA,i=2"
        guard case .send = ask(&right, 11, Array(challenge.utf8)) else { Issue.record("no proof"); return }
        let signature = SCRAMKeys.hmac(keys.serverKey, Array("n=,r=ours,\(challenge),c=biws,r=ours-theirs".utf8))
        #expect(ask(&right, 12, Array("v=\(Base64.encode(signature))".utf8)) == .wait)
        for other in ["r=ours-theirs,s=AAAA,i=3", "r=ours-theirs,s=AAAB,i=2"] {
            var wrong = session(secret: secret)
            _ = ask(&wrong, 10, Array("SCRAM-SHA-256\u{0}\u{0}".utf8))
            #expect(isRefused(ask(&wrong, 11, Array(other.utf8)), "salt or iterations differ"))
        }
        var asked = session(secret: secret)
        #expect(isRefused(ask(&asked, 3), "in clear text"))
        #expect(isRefused(ask(&asked, 5, [1, 2, 3, 4]), "only SCRAM keys"))
    }

    @Test("A node that does not prove that it knows the password is not believed")
    func impostor() {
        var early = session()
        _ = ask(&early, 10, Array("SCRAM-SHA-256\u{0}\u{0}".utf8))
        #expect(isRefused(ask(&early, 0), "did not finish SCRAM"))
        var late = session()
        _ = ask(&late, 10, Array("SCRAM-SHA-256\u{0}\u{0}".utf8))
        _ = ask(&late, 11, Array("r=ours-theirs,s=AAAA,i=2".utf8))
        #expect(isRefused(ask(&late, 0), "did not finish SCRAM"))
        #expect(isRefused(ask(&late, 12, Array("v=AAAA".utf8)), "may not be who it says"))
    }

    @Test("What cannot be answered is refused with its reason")
    func refusals() {
        var without = session(secret: .none)
        let refusal = ask(&without, 3)
        #expect(isRefused(refusal, "does not have"))
        guard case .failed(.refused(let message)) = refusal else { return }
        #expect(message.hint?.contains("understudy passwd --method text") == true && message.hint?.contains("a verifier alone cannot log in") == true, "what to do, and what would not help")
        var session = session()
        #expect(isRefused(ask(&session, 7), "method 7"))
        #expect(isRefused(ask(&session, 10, Array("OTHER\u{0}\u{0}".utf8)), "offers OTHER"))
        #expect(isRefused(ask(&session, 11, Array("r=ours-x,s=AAAA,i=1".utf8)), "not begun"))
        #expect(isRefused(ask(&session, 12), "not begun"))
        #expect(isRefused(tell(&session) { $0.readyForQuery(.idle) }, "before AuthenticationOk"))
        #expect(isRefused(tell(&session) { $0.message(.dataRow) { _ in } }, "a login is under way"))
        #expect(isRefused(tell(&session) { $0.message(.authentication) { $0.byte(0) } }, "invalid authentication request"))
    }

    @Test("A standby is not used, and passing trouble is told from a refusal")
    func troubles() {
        var session = session()
        #expect(tell(&session) { $0.parameterStatus("in_hot_standby", "on") } == .failed(.standby))
        for (state, passes) in [(SQLState.cannotConnectNow, true), (.adminShutdown, true), (.crashShutdown, true), (.tooManyConnections, true), (.invalidAuthorization, false)] {
            let action = tell(&session) { ErrorMessage(.fatal, state, "x").write(to: &$0) }
            if passes { #expect(action == .failed(.notNow(ErrorMessage(.fatal, state, "x")))) } else { #expect(isRefused(action, "x")) }
        }
    }
}
