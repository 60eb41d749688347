package import PostgresWire
package import Settings

/// A frontend's conversation, from its startup packet to its end; it outlives the backends that serve it.
///
/// Pure: messages and losses come in, actions go out, `Shard` performs them. While a backend is attached nearly
/// everything is forwarded; the session remembers what it must know to give the backend back, to go on with another, or to
/// tell the client what became of its work when the node is lost. Without a backend it answers what it can itself, among
/// that a transaction block that was lost with its primary, and asks for a backend for the rest.
/// Source: PostgreSQL manual, "Message Flow".
package final class FrontendSession {
    /// What to do with a message of the frontend.
    package enum Action: Hashable, Sendable {
        case forward
        /// Call `rewritten(_:into:)` for what is to be sent in its place.
        case rewrite
        /// It needs no answer and goes nowhere.
        case swallow
        /// Answer it with these bytes; it goes nowhere.
        case reply([UInt8])
        /// Keep it, read no further, attach a backend (or align the one there is), and bring it again.
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
        /// The daemon, which logs in to nodes by itself.
        case known
        /// The node asked; only the client knows the answer.
        case relayed
    }

    enum Phase {
        /// The node and the client talk about who the client is. To `awaitingGreeting` on ReadyForQuery.
        case loggingIn(LoginRelay)
        /// The client is let in and must be told of the server. To `inService`.
        case awaitingGreeting(notices: [UInt8])
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

    /// A statement that the client prepared by name.
    struct NamedStatement {
        let statement: PreparedStatement
        /// The Parse it came by, counted over the session.
        let parse: UInt64
    }

    /// The statement without a name, kept so that a Bind to it can come after the backend changed.
    struct UnnamedStatement {
        let parse: UInt64
        /// The Parse message behind the name.
        let body: [UInt8]
        let effects: WorkEffects
        let changes: [SettingChange]
    }

    /// What the client asked for when it connected.
    package let start: SessionStart
    package let startup: StartupMessage
    /// What the client cancels by; never the node's own.
    package let key: BackendKey
    /// How it shares backends; a walsender's session shares none.
    package let mode: PoolMode
    /// It speaks with a walsender: its backend is its own, and everything passes as it is.
    package let isReplication: Bool
    /// Most statements of ours that one backend keeps (`max_prepared_statements`).
    let preparedCapacity: Int

    var phase: Phase
    package internal(set) var login = Login.relayed
    package internal(set) var isAttached = false
    /// What the last ReadyForQuery said.
    package internal(set) var status = TransactionStatus.idle
    /// What ties the session to its backend.
    package internal(set) var pin: Pin?
    /// What the client was told about the server.
    package internal(set) var told = ServerParameters() { didSet { reading = told.reading } }
    private(set) var reading = TextReading()
    /// What the client set, and asked for at its start.
    package internal(set) var settings: SessionSettings
    /// The backend's settings are not the session's any more, though it holds it: after RESET and DISCARD.
    var isMisaligned = false
    /// Changes of settings whose transaction has not ended.
    var pendingChanges: [SettingChange] = []
    /// Changes that the statements bound since the last Sync make when they are executed.
    var boundChanges: [SettingChange] = []
    var names: [String: NamedStatement] = [:]
    var unnamed: UnnamedStatement?
    /// Query and Parse messages, and Close messages of known names, so far: each has its number.
    var parses: UInt64 = 0
    /// The last of them that pinned the session.
    var pinnedBy: UInt64 = 0
    /// Names that were closed by messages whose answers have not come: should the node skip one, its name is back.
    var closedNames: [(number: UInt64, name: String, statement: NamedStatement?)] = []
    var rewriting = Rewriting()
    var lostBlock: LostBlock?
    /// In the block that is served here: what the unnamed statement, and the unnamed portal, would do.
    var localStatement: WorkEffects?, localPortal: WorkEffects?
    /// An error was answered in the extended protocol: everything up to Sync is discarded.
    var isDiscarding = false
    /// What the message that is held gets instead of a backend.
    var refusal: ErrorMessage?

    /// Statements that one session may have prepared by name at a time.
    static let mostNames = 10_000

    package convenience init(_ startup: StartupMessage, key: BackendKey, mode: PoolMode, preparedCapacity: Int = 200) {
        self.init(SessionStart(startup), key: key, mode: mode, preparedCapacity: preparedCapacity)
    }

    package init(_ start: SessionStart, key: BackendKey, mode: PoolMode, preparedCapacity: Int) {
        self.start = start
        startup = start.startup
        self.key = key
        isReplication = start.isReplication
        self.mode = isReplication ? .session : mode
        self.preparedCapacity = preparedCapacity
        settings = start.settings
        pin = start.pin
        phase = .loggingIn(LoginRelay())
    }

    package var isInService: Bool {
        if case .inService = phase { true } else { false }
    }

    /// The client is let in, and waits to be told of the server.
    package var isAwaitingGreeting: Bool {
        if case .awaitingGreeting = phase { true } else { false }
    }

    /// Statements that the client has prepared by name.
    package var statementCount: Int { names.count }

    /// Nothing is owed and no block is open: the session could go without anybody's loss. A stream of WAL has no other end, and
    /// its client goes on elsewhere where it stopped.
    package func isBetweenTransactions(_ backend: BackendState?) -> Bool {
        isReplication || isInService && backend?.isBusy != true && status.isIdle && !isDiscarding && lostBlock == nil
    }

    /// Why the session cannot be rebuilt on another node; nil when it can.
    package var obstacle: String? {
        var reasons: [String] = []
        if let pin, pin.isCertain || mode == .session { reasons.append("its state cannot be rebuilt there: \(pin)") }
        if login == .relayed { reasons.append("only the client knows the password of \"\(startup.user)\" (pool_passwd does not have it)") }
        return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }

    /// Why the session keeps its backend when its transaction ends; nil when it gives it back.
    package var hold: String? {
        if case .session = mode { return "pool_mode is session" }
        guard isPinned else { return nil }
        let reasons = (pin.flatMap { $0.isCertain ? $0.reasons : nil } ?? []) + (login == .relayed ? ["only the client knows the password"] : [])
        return reasons.joined(separator: ", ")
    }

    /// It did something that ties it to its backend, whatever its mode.
    private var isPinned: Bool {
        if case .relayed = login { true } else { pin?.isCertain == true }
    }

    /// The backend could be given back now.
    package func isReleasing(_ backend: BackendState) -> Bool {
        if case .session = mode { return false }
        return status.isIdle && !backend.isBusy && isInService && pendingChanges.isEmpty && !isPinned && !isDiscarding
    }

    /// Whether the backend that the session leaves can serve others, once it is reset.
    package func leavesCleanly(_ backend: BackendState) -> Bool { isInService && login != .relayed && !backend.isBusy && status.isIdle }

    /// Back to what the client asked for at its start.
    func restoreStartupSettings() { settings = start.settings }
    func restoreStartupSetting(_ name: String) {
        if let value = start.settings[name] { settings.set(name, value) } else { settings.remove(name) }
    }

    /// A message of the frontend while no backend is attached. `body` is nil where the message is too long to be looked at.
    package func received(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?, _ library: inout StatementLibrary) -> Action {
        guard case .inService = phase else { return kind == .terminate ? .terminate : receivedDuringLogin(kind) }
        if let end = receivedAnywhere(kind) { return end }
        return serve(kind, body, &library)
    }

    /// A message of the frontend for the backend that is attached. `body` may be its beginning alone.
    package func received(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer, isWhole: Bool, for backend: BackendState,
                                   _ library: inout StatementLibrary) -> Action {
        guard case .inService = phase else { return kind == .terminate ? .terminate : receivedDuringLogin(kind) }
        if let end = receivedAnywhere(kind) { return end }
        return isReplication ? sendToWalsender(kind, backend) : send(kind, body, isWhole, backend, &library)
    }

    private func receivedAnywhere(_ kind: FrontendMessageKind) -> Action? {
        if case .terminate = kind { return .terminate }
        if case .secret = kind { return .close(ErrorMessage(.fatal, .protocolViolation, "unexpected password message").bytes) }
        return isDiscarding ? discard(kind) : nil
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

    /// The same, without reading a text that differs in numbers alone from one that was read lately.
    func scan(_ text: UnsafeRawBufferPointer?, _ texts: inout KnownTexts) -> StatementScanner.Finding {
        guard let text, reading.isReadable else { return scan(text).finding }
        if let known = texts.finding(in: text, escapesByBackslash: reading.escapesByBackslash) { return known }
        let finding = scan(text).finding
        texts.remember(finding, in: text, escapesByBackslash: reading.escapesByBackslash)
        return finding
    }

    func keep(_ reason: Pin?) {
        guard let reason else { return }
        pinnedBy = parses
        pin = pin?.and(reason) ?? reason
    }

    static func firstNameIsGiven(_ body: UnsafeRawBufferPointer?) -> Bool { body?.first != 0 }

    static func behindFirstName(_ body: UnsafeRawBufferPointer?) -> UnsafeRawBufferPointer? {
        guard let body, let end = body.firstIndex(of: 0) else { return nil }
        return UnsafeRawBufferPointer(rebasing: body[(end + 1)...])
    }
}
