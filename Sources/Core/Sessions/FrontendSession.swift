package import PostgresWire

/// A frontend's conversation, from its startup packet to its end; it outlives the backends that serve it.
///
/// Pure: messages and losses come in, actions go out, `Shard` performs them. While a backend is attached nearly
/// everything is forwarded; the session only remembers what it must know should the node be lost: what is owed, whether a
/// block is open, and whether anything ties it to that node. Without a backend it answers what it can itself, among
/// that a transaction block that was lost with its primary, and asks for a backend for the rest.
/// Source: PostgreSQL manual, "Message Flow".
package struct FrontendSession: Sendable {
    /// What to do with a message of the frontend.
    package enum Action: Hashable, Sendable {
        case forward
        /// It needs no answer and goes nowhere.
        case swallow
        /// Answer it with these bytes; it goes nowhere.
        case reply([UInt8])
        /// Keep it, read no further, attach a backend, and bring it again.
        case needBackend
        /// Keep it, read no further, and bring it again when the node has answered or the login is through.
        case awaitAnswers
        /// Answer it by `administered`; read no further until then.
        case administer(AdminStatement)
        /// The frontend said goodbye.
        case terminate
        /// Send these last words, and close.
        case close([UInt8])
    }

    /// Who let the session in, and so whether the daemon can log in again in its place.
    package enum Login: Hashable, Sendable {
        /// The node did not ask for anything.
        case trusted
        /// The node asked, and the daemon has the secret too.
        case known
        /// The node asked; only the client knows the answer.
        case relayed
    }

    enum Phase: Sendable {
        /// The node and the client talk about who the client is. To `inService` on ReadyForQuery.
        case loggingIn(LoginRelay)
        /// To the end.
        case inService
    }

    /// A transaction block that the session served itself after its primary was lost.
    enum LostBlock: Hashable, Sendable {
        /// The client does not know yet: its next statement gets the error.
        case untold(reason: String)
        /// The client knows; nothing but the end of the block is accepted.
        case told
    }

    package let startup: StartupMessage
    /// What the client cancels by; never the node's own.
    package let key: BackendKey
    /// The daemon has the secret of this user.
    let isSecretKnown: Bool

    var phase: Phase
    package internal(set) var login = Login.relayed
    package internal(set) var isAttached = false
    /// What the last ReadyForQuery said.
    package internal(set) var status = TransactionStatus.idle
    /// What ties the session to its node.
    package internal(set) var pin: Pin?
    /// What the client was told about the server.
    package internal(set) var told = ServerParameters() { didSet { reading = TextReading(told) } }
    private var reading = TextReading(ServerParameters())
    var pipeline = Pipeline()
    var lostBlock: LostBlock?
    /// In the block that is served here: what the unnamed statement, and the unnamed portal, would do.
    var localStatement: WorkEffects?, localPortal: WorkEffects?
    /// An error was answered in the extended protocol: everything up to Sync is discarded.
    var isDiscarding = false
    /// What the message that is held gets instead of a backend.
    var refusal: ErrorMessage?

    package init(_ startup: StartupMessage, key: BackendKey, isSecretKnown: Bool) {
        self.startup = startup
        self.key = key
        self.isSecretKnown = isSecretKnown
        phase = .loggingIn(LoginRelay())
        // A search_path with it makes every CREATE TABLE a temporary one.
        if startup.parameters.contains(where: { $0.value.lowercased().contains("pg_temp") }) { pin = Pin("pg_temp in a start-up parameter") }
    }

    package var isInService: Bool {
        if case .inService = phase { true } else { false }
    }

    /// Nothing is owed and no block is open: the session could go without anybody's loss.
    package var isBetweenTransactions: Bool { isInService && pipeline.isEmpty && status == .idle && !isDiscarding && lostBlock == nil }

    /// A statement is under way on the node.
    package var isBusy: Bool { !pipeline.isEmpty }

    /// Why the session cannot be rebuilt on another node; nil when it can.
    package var obstacle: String? {
        if let pin { return "its state cannot be rebuilt there: \(pin)" }
        if login == .relayed {
            return "only the client knows the password of \"\(startup.user)\" (pool_passwd does not have it)"
        }
        return nil
    }

    /// A message of the frontend. `body` is nil where the message is too long to be looked at.
    package mutating func received(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?) -> Action {
        guard case .inService = phase else { return kind == .terminate ? .terminate : receivedDuringLogin(kind) }
        if case .terminate = kind { return .terminate }
        if case .secret = kind { return .close(ErrorMessage(.fatal, .protocolViolation, "unexpected password message").bytes) }
        if isDiscarding { return discard(kind) }
        return isAttached ? send(kind, body) : serve(kind, body)
    }

    /// With a backend: note what it will owe, and forward.
    private mutating func send(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?) -> Action {
        switch kind {
        case .query:
            if pipeline.isFull { return .awaitAnswers }
            let scan = scan(body)
            if let admin = scan.admin { return pipeline.isEmpty ? .administer(admin) : .awaitAnswers }
            if pin == nil { pin = scan.pin }
            pipeline.sentQuery(scan.effects)
        case .parse: sendParse(body)
        case .bind: pipeline.sentBind(isNamed: Self.secondNameIsGiven(body))
        case .execute: pipeline.sentExecute()
        case .describe, .close, .flush: pipeline.touch()
        case .sync:
            if pipeline.isFull { return .awaitAnswers }
            pipeline.sentSync()
        case .functionCall:
            if pipeline.isFull { return .awaitAnswers }
            if pin == nil { pin = Pin("a function-call message") }
            pipeline.sentFunctionCall()
        case .copyDone, .copyFail: pipeline.sentCopyEnd()
        case .copyData, .secret, .terminate: break
        }
        return .forward
    }

    private mutating func sendParse(_ body: UnsafeRawBufferPointer?) {
        let isNamed = Self.firstNameIsGiven(body)
        let scan = scan(Self.behindFirstName(body))
        if pin == nil { pin = isNamed ? Pin("a named prepared statement") : scan.pin }
        pipeline.sentParse(scan.effects, isNamed: isNamed)
    }

    /// The proxy answered the statement of `.administer`; `reply` gets its ReadyForQuery appended.
    package func administered(_ reply: [UInt8]) -> [UInt8] {
        var writer = MessageWriter()
        writer.raw(reply)
        writer.readyForQuery(status)
        return writer.bytes
    }

    /// The text of a Query or Parse, as far as it was gathered.
    func scan(_ text: UnsafeRawBufferPointer?) -> StatementScanner {
        guard let text else { return StatementScanner(unreadable: "a statement too long to be looked at") }
        guard reading.isReadable else { return StatementScanner(unreadable: "client_encoding \(told["client_encoding"] ?? "")") }
        return StatementScanner(text, backslashEscapes: reading.escapesByBackslash)
    }

    static func firstNameIsGiven(_ body: UnsafeRawBufferPointer?) -> Bool { body?.first != 0 }

    /// The statement's name in a Bind, behind the portal's.
    static func secondNameIsGiven(_ body: UnsafeRawBufferPointer?) -> Bool { behindFirstName(body)?.first != 0 }

    static func behindFirstName(_ body: UnsafeRawBufferPointer?) -> UnsafeRawBufferPointer? {
        guard let body, let end = body.firstIndex(of: 0) else { return nil }
        return UnsafeRawBufferPointer(rebasing: body[(end + 1)...])
    }
}
