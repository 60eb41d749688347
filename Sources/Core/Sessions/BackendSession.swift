package import PostgresWire

/// One login of the daemon at a node in a client's place, from the startup packet to the first ReadyForQuery.
///
/// Pure: the node's messages come in, actions go out. Answers what the node asks with the user's secret, and checks that
/// the node is no standby.
/// Source: PostgreSQL manual, "Start-up".
package struct BackendSession: Sendable {
    /// What the shell does after a message.
    package enum Action: Hashable, Sendable {
        case wait
        case send([UInt8])
        /// Have these keys derived, which takes milliseconds, and call `continued`.
        case derive(SCRAMOrigin)
        /// Logged in: the backend can serve.
        case ready
        case failed(Failure)
    }

    /// Why the login did not succeed.
    package enum Failure: Hashable, Sendable {
        /// Now is not the time: the node starts, stops, or has no free slot.
        case notNow(ErrorMessage)
        /// The node says that it is a standby.
        case standby
        /// The node does not let this session in, and will not.
        case refused(ErrorMessage)
    }

    enum State: Sendable {
        /// Nothing was asked yet, or an answer was sent that the node judges. To the others, or `ready`.
        case asked
        case provingSCRAM(SCRAMExchange)
        /// The keys for the answer to this challenge are being derived. To `awaitingSCRAMProof`.
        case awaitingKeys(SCRAMExchange, challenge: [UInt8])
        /// The client's proof was sent; only the server's counts now.
        case awaitingSCRAMProof(SCRAMExchange)
        /// AuthenticationOk came; parameters follow. To `ready` on ReadyForQuery.
        case accepted
        case ready
    }

    private let startup: StartupMessage
    private let secret: BackendSecret
    private let nonce: String
    private var state = State.asked
    package private(set) var parameters = ServerParameters()
    /// The key for cancel requests.
    package private(set) var key: BackendKey?

    /// `nonce`: printable random characters without a comma.
    package init(_ startup: StartupMessage, secret: BackendSecret, nonce: String) {
        self.startup = startup
        self.secret = secret
        self.nonce = nonce
    }

    package var opening: [UInt8] { startup.packet }

    /// A message of the node. `keys` finds what SCRAM needs where it is known.
    package mutating func received(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, _ keys: (SCRAMOrigin) -> SCRAMKeys?) -> Action {
        do {
            return try answer(kind, body, keys)
        } catch {
            return .failed(.refused(ErrorMessage(.fatal, .protocolViolation, "the node sent an \(error)")))
        }
    }

    private mutating func answer(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, _ keys: (SCRAMOrigin) -> SCRAMKeys?) throws(WireViolation) -> Action {
        switch kind {
        case .authentication: return authenticate(try AuthenticationRequest(body: body), keys)
        case .parameterStatus:
            try parameters.read(body)
            return parameters.isStandby ? .failed(.standby) : .wait
        case .backendKeyData:
            key = try BackendKey(body: body)
            return .wait
        case .notice, .negotiateProtocolVersion: return .wait
        case .error: return .failed(Self.failure(try ErrorMessage(body: body)))
        case .readyForQuery:
            guard case .accepted = state else { throw .malformed("ReadyForQuery before AuthenticationOk") }
            state = .ready
            return .ready
        case .notification, .rowDescription, .dataRow, .commandComplete, .emptyQuery, .portalSuspended, .parseComplete, .bindComplete,
             .closeComplete, .noData, .parameterDescription, .functionResult, .copyIn, .copyOut, .copyBoth, .copyData, .copyDone:
            throw .malformed("message: a login is under way")
        }
    }

    private static func failure(_ message: ErrorMessage) -> Failure {
        let isPassing = [.adminShutdown, .crashShutdown, .cannotConnectNow, .tooManyConnections].contains(message.state)
        return isPassing ? .notNow(message) : .refused(message)
    }

    private mutating func authenticate(_ request: AuthenticationRequest, _ keys: (SCRAMOrigin) -> SCRAMKeys?) -> Action {
        if case .ok = request {
            // A node that skips its own proof does not know the password.
            switch state {
            case .provingSCRAM, .awaitingKeys, .awaitingSCRAMProof: return refuse("the node did not finish SCRAM")
            case .asked, .accepted, .ready: break
            }
            state = .accepted
            return .wait
        }
        if case .none = secret {
            return refuse("the node asks for a password that the daemon does not have", "Write it into pool_passwd as TEXT or AES (understudy passwd --method text): a verifier alone cannot log in.")
        }
        switch request {
        case .ok: return .wait
        case .cleartextPassword: return answerCleartext()
        case .md5Password(let salt): return answerMD5(salt)
        case .sasl(let mechanisms): return beginSCRAM(mechanisms)
        case .saslContinue(let challenge): return proveSCRAM(challenge, keys)
        case .saslFinal(let proof): return finishSCRAM(proof)
        case .other(let number): return refuse("the node asks for authentication method \(number), which the daemon cannot answer")
        }
    }

    private func answerCleartext() -> Action {
        switch secret {
        case .password(let password): send(password.text)
        case .none, .md5, .keys: refuse("the node asks for the password in clear text, and the daemon has only what proves it otherwise",
                                        "Write the password into pool_passwd as TEXT or AES, or set md5 or scram-sha-256 in the node's pg_hba.conf.")
        }
    }

    private func answerMD5(_ salt: [UInt8]) -> Action {
        switch secret {
        case .password(let password): send(MD5Password.answer(user: startup.user, password: password.text, salt: salt))
        case .md5(let stored): send(MD5Password.answer(stored: stored, salt: salt))
        case .none, .keys: refuse("the node asks for an md5 digest, and the daemon has only SCRAM keys",
                                  "The secret in pool_passwd, or the one that auth_query finds, must be the node's own.")
        }
    }

    private func send(_ text: String) -> Action {
        var writer = MessageWriter()
        writer.message(.secret) { $0.string(text) }
        return .send(writer.bytes)
    }

    private mutating func beginSCRAM(_ mechanisms: [String]) -> Action {
        if case .md5 = secret {
            return refuse("the node asks for SCRAM, and the daemon has only the md5 digest of the password",
                          "Write the password into pool_passwd as TEXT or AES, or the node's SCRAM verifier.")
        }
        guard mechanisms.contains(SCRAMExchange.mechanism) else {
            return refuse("the node offers \(mechanisms.joined(separator: ", ")), the daemon knows \(SCRAMExchange.mechanism)")
        }
        let exchange = SCRAMExchange(nonce: nonce)
        state = .provingSCRAM(exchange)
        var writer = MessageWriter()
        writer.message(.secret) { body in
            body.string(SCRAMExchange.mechanism)
            body.int32(Int32(exchange.clientFirst.count))
            body.raw(exchange.clientFirst)
        }
        return .send(writer.bytes)
    }

    private mutating func proveSCRAM(_ challenge: [UInt8], _ keys: (SCRAMOrigin) -> SCRAMKeys?) -> Action {
        guard case .provingSCRAM(let exchange) = state else { return refuse("the node continued SCRAM that was not begun") }
        if case .password(let password) = secret, let readable = SCRAMChallenge.readable(challenge) {
            let origin = SCRAMOrigin(password: password.prepared, salt: readable.salt, iterations: readable.iterations)
            if keys(origin) == nil {
                state = .awaitingKeys(exchange, challenge: challenge)
                return .derive(origin)
            }
        }
        return prove(exchange, challenge, keys)
    }

    /// The keys of `.derive` are there.
    package mutating func continued(_ keys: (SCRAMOrigin) -> SCRAMKeys) -> Action {
        guard case .awaitingKeys(let exchange, let challenge) = state else { preconditionFailure("keys that no login waits for") }
        return prove(exchange, challenge, keys)
    }

    private mutating func prove(_ exchange: SCRAMExchange, _ challenge: [UInt8], _ keys: (SCRAMOrigin) -> SCRAMKeys?) -> Action {
        var exchange = exchange
        do {
            let answer = try exchange.respond(to: challenge) { salt, iterations throws(SCRAMExchange.Failure) in try proof(salt, iterations, keys) }
            state = .awaitingSCRAMProof(exchange)
            var writer = MessageWriter()
            writer.message(.secret) { $0.raw(answer) }
            return .send(writer.bytes)
        } catch {
            if error == .foreignVerifier {
                return refuse(Self.describe(error), "Give pool_passwd the node's verifier, or the password as TEXT or AES; auth_query finds the node's own.")
            }
            return refuse(Self.describe(error))
        }
    }

    private func proof(_ salt: [UInt8], _ iterations: Int, _ keys: (SCRAMOrigin) -> SCRAMKeys?) throws(SCRAMExchange.Failure) -> SCRAMKeys {
        switch secret {
        case .password(let password):
            guard let derived = keys(SCRAMOrigin(password: password.prepared, salt: salt, iterations: iterations)) else {
                preconditionFailure("a SCRAM proof before its keys")
            }
            return derived
        case .keys(let known, let itsSalt, let itsIterations):
            guard itsSalt == salt, itsIterations == iterations else { throw .foreignVerifier }
            return known
        case .none, .md5: preconditionFailure("a SCRAM proof that could not be begun")
        }
    }

    private mutating func finishSCRAM(_ proof: [UInt8]) -> Action {
        guard case .awaitingSCRAMProof(let exchange) = state else { return refuse("the node finished SCRAM that was not begun") }
        do {
            try exchange.finish(proof)
            state = .asked
            return .wait
        } catch {
            return refuse(Self.describe(error))
        }
    }

    private static func describe(_ failure: SCRAMExchange.Failure) -> String {
        switch failure {
        case .malformed(let what): "the node sent an invalid \(what) of SCRAM"
        case .foreignNonce: "the node's SCRAM nonce does not begin with ours"
        case .tooManyIterations(let count): "the node asks for \(count) SCRAM iterations: at most \(SCRAMExchange.mostIterations) are done"
        case .wrongServerSignature: "the node does not know the user's password: it may not be who it says"
        case .refused(let reason): "the node refused SCRAM: \(reason)"
        case .foreignVerifier: "the node's SCRAM verifier is not the one the user proved the password by: its salt or iterations differ"
        }
    }

    private func refuse(_ reason: String, _ hint: String? = nil) -> Action { .failed(.refused(ErrorMessage(.fatal, .invalidAuthorization, reason, hint: hint))) }
}
