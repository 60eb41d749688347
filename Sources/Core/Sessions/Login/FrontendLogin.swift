package import PostgresWire

/// One frontend's proof of who it is, from the first question to the verdict.
///
/// Pure: the client's messages and the shell's findings come in, actions go out. A user who is not known is asked the same and
/// refused with the same words as one whose password is wrong.
/// Source: PostgreSQL manual, "Start-up" and "SASL Authentication".
package struct FrontendLogin: Sendable {
    /// What the shell does next.
    package enum Action: Hashable, Sendable {
        case send([UInt8])
        /// Have somebody else judge the password, and call `judged`.
        case judge(Judge, password: String)
        /// Let it in: `words` come before AuthenticationOk and may be empty.
        case accepted(BackendSecret, words: [UInt8])
        /// Send the message and close. `reason` is for the log alone: it says what the client must not learn.
        case refused(ErrorMessage, reason: String)
        /// The client went away.
        case left
    }

    /// Who judges a password that is not stored here.
    package enum Judge: Hashable, Sendable {
        /// A login at the primary.
        case node
        /// The verifier, which takes milliseconds: too long for a loop.
        case verifier(SCRAMVerifier)
        case pam(service: String)
    }

    /// What a judge found.
    package enum Judgement: Hashable, Sendable {
        /// The password is right; as the daemon will use it at nodes.
        case right(ClearPassword)
        case wrong(reason: String)
        /// There was no judging, and it may be tried again.
        case impossible(reason: String)
    }

    enum State: Sendable {
        /// To the others.
        case unasked
        case awaitingPassword
        case awaitingDigest(expected: String?)
        /// The mechanism was offered. To `awaitingSCRAMProof`, by way of `awaitingSCRAMFirst` when the client began with nothing.
        case awaitingSCRAMChoice(SCRAMServer)
        case awaitingSCRAMFirst(SCRAMServer)
        case awaitingSCRAMProof(SCRAMServer)
        case awaitingJudgement
        case over
    }

    let user: String
    let method: LoginMethod
    let entropy: LoginEntropy
    var state = State.unasked
    /// What the proof is checked by in SCRAM.
    var verifier: SCRAMVerifier?

    /// The longest password message that is taken; PostgreSQL's limit.
    private static let longestSecret = 65_535

    package init(user: String, _ method: LoginMethod, _ entropy: LoginEntropy) {
        self.user = user
        self.method = method
        self.entropy = entropy
    }

    /// The first question, or the verdict where nothing has to be asked. `keys` derives, or remembers, what SCRAM needs.
    package mutating func begin(_ keys: (SCRAMOrigin) -> SCRAMKeys) -> Action {
        switch method {
        case .trust: return accept(method.unasked ?? .none)
        case .certificate(let name, let secret):
            guard let name else { return refuse(.invalidAuthorization, "connection requires a valid client certificate", "the client showed no certificate") }
            guard name == user else { return fail("the certificate is that of \"\(name)\"") }
            return accept(secret?.forNodes ?? .none)
        case .password, .pam:
            state = .awaitingPassword
            return ask { $0.askCleartextPassword() }
        case .md5(.verifier(let verifier)): return offerSCRAM(verifier, nil, keys)
        case .md5(let secret):
            state = .awaitingDigest(expected: secret.flatMap(md5Stored).map { MD5Password.answer(stored: $0, salt: entropy.salt) })
            return ask { [entropy] in $0.askMD5Password(salt: entropy.salt) }
        case .scram(.verifier(let verifier)): return offerSCRAM(verifier, nil, keys)
        case .scram(.clear(let password)): return offerSCRAM(nil, password, keys)
        case .scram(.md5), .scram(nil): return offerSCRAM(nil, nil, keys)
        }
    }

    /// A message of the client; `body` is nil where it is too long to be looked at.
    package mutating func received(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?) -> Action {
        if kind == .terminate {
            state = .over
            return .left
        }
        guard kind == .secret else {
            return violate("expected a password message, got \"\(Character(Unicode.Scalar(kind.rawValue)))\"")
        }
        guard let body, body.count <= Self.longestSecret else { return violate("the password message is too long") }
        do throws(WireViolation) {
            return try answered(body)
        } catch { return violate(error.description) }
    }

    /// The verdict of the judge that `.judge` named.
    package mutating func judged(_ judgement: Judgement) -> Action {
        guard case .awaitingJudgement = state else { preconditionFailure("a judgement that no login waits for") }
        switch judgement {
        case .right(let password):
            if case .pam(_, let secret?) = method, secret.forNodes != .none { return accept(secret.forNodes) }
            return accept(.password(password))
        case .wrong(let reason): return fail(reason)
        case .impossible(let reason): return refuse(.cannotConnectNow, "the password of user \"\(user)\" cannot be checked now", reason)
        }
    }

    /// The shell waits for the judge: what the client sends meanwhile is not due.
    package var isAwaitingJudgement: Bool { if case .awaitingJudgement = state { true } else { false } }

    // MARK: Answers

    private mutating func answered(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> Action {
        switch state {
        case .awaitingPassword: return try check(password: Self.password(body))
        case .awaitingDigest(let expected):
            let answer = try Self.password(body)
            guard let expected, isSameSecret(Array(answer.utf8), Array(expected.utf8)) else {
                return fail(expected == nil ? Self.unknown : "the digest is not that of the password")
            }
            return accept(storedSecret?.forNodes ?? .none)
        case .awaitingSCRAMChoice(let server): return try choose(server, body)
        case .awaitingSCRAMFirst(let server): return challenge(server, Array(body))
        case .awaitingSCRAMProof(let server): return prove(server, Array(body))
        case .unasked, .awaitingJudgement, .over: return violate("unexpected password message")
        }
    }

    /// One zero-terminated text and nothing else.
    private static func password(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> String {
        var reader = FieldReader(body, of: "password message")
        let bytes = try reader.terminated()
        try reader.end()
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed("password message: the password is not UTF-8") }
        return text
    }

    private mutating func check(password: String) -> Action {
        // An empty one would be no proof at a node that asks for none.
        if password.isEmpty { return fail("the password is empty") }
        switch method {
        case .password(.clear(let stored)):
            guard isSameSecret(Array(password.utf8), Array(stored.text.utf8)) else { return fail("the password is not the stored one") }
            return accept(.password(stored))
        case .password(.md5(let stored)):
            guard isSameSecret(Array(MD5Password.stored(user: user, password: password).utf8), Array(stored.utf8)) else {
                return fail("the password is not that of the stored digest")
            }
            return accept(.password(ClearPassword(password)))
        case .password(.verifier(let verifier)): return judge(.verifier(verifier), password)
        case .password(nil): return judge(.node, password)
        case .pam(let service, _): return judge(.pam(service: service), password)
        case .trust, .md5, .scram, .certificate: preconditionFailure("a clear password for a method without one")
        }
    }

    private mutating func judge(_ judge: Judge, _ password: String) -> Action {
        state = .awaitingJudgement
        return .judge(judge, password: password)
    }

    private func md5Stored(_ secret: UserSecret) -> String? {
        switch secret {
        case .clear(let password): MD5Password.stored(user: user, password: password.text)
        case .md5(let stored): stored
        case .verifier: nil
        }
    }

    var storedSecret: UserSecret? {
        switch method {
        case .trust(let secret), .password(let secret), .md5(let secret), .scram(let secret), .certificate(_, let secret), .pam(_, let secret): secret
        }
    }

    // MARK: Ends

    func ask(_ build: (inout MessageWriter) -> Void) -> Action {
        var writer = MessageWriter()
        build(&writer)
        return .send(writer.bytes)
    }

    mutating func accept(_ secret: BackendSecret, _ words: [UInt8] = []) -> Action {
        state = .over
        return .accepted(secret, words: words)
    }

    /// The one sentence for everything that is wrong about a user or a password.
    mutating func fail(_ reason: String) -> Action {
        if case .certificate = method { return refuse(.invalidAuthorization, "certificate authentication failed for user \"\(user)\"", reason) }
        return refuse(.invalidPassword, "password authentication failed for user \"\(user)\"", reason)
    }

    static let unknown = "no secret of the user is known here"

    mutating func violate(_ what: String) -> Action { refuse(.protocolViolation, what, what) }

    mutating func refuse(_ state: SQLState, _ message: String, _ reason: String) -> Action {
        self.state = .over
        return .refused(ErrorMessage(.fatal, state, message), reason: reason)
    }
}
