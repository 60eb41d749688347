internal import PostgresWire

/// What a backend was sent and has not answered yet: one entry for each message that is owed an answer, in order.
///
/// Entries for messages that we put in ourselves have their answers swallowed; entries for messages that we kept to
/// ourselves (the backend has that statement already) have their answers said by us when their turn comes.
/// Invariant: a node answers in order, so the first entry is the one under way.
struct Pipeline: Sendable {
    /// A frontend that is this far ahead of its node is not read any further.
    static let deepest = 16_384

    struct Entry {
        let code: Code
        let effects: WorkEffects
        /// The prepared statement that is parsed or closed.
        let statement: StatementID
        /// The number of the client's Parse or Close, or of the last before what is executed; 0 for messages of ours.
        let number: UInt64
    }

    enum Code: UInt8 {
        case query, functionCall, sync
        case parse, bind, describe, execute, close
        /// A Parse of a name that is in use: it fails, or is skipped, and leaves everything as it was.
        case refused
        /// CopyDone or CopyFail: no answer of its own.
        case copyEnd
        /// Our own Parse and Close: their answers are swallowed.
        case preparing, closing
        /// The client's Parse and Close that the backend never saw: we answer them.
        case parsed, closed

        /// ReadyForQuery answers it.
        var endsUnit: Bool { self == .query || self == .functionCall || self == .sync }
        /// The node does not know of it.
        var isOwn: Bool { self == .parsed || self == .closed }
        var isParse: Bool { self == .parse || self == .preparing || self == .parsed }
    }

    /// What to do with a message of the node.
    enum Answer {
        case forward
        /// It answers something of ours.
        case swallow
        /// It answers nothing that was asked.
        case unasked
    }

    private var entries: [Entry] = []
    private var first = 0
    /// How many of them are ours to answer.
    private var own = 0
    /// ReadyForQuery messages that are owed.
    private(set) var depth = 0
    /// The node takes CopyData: it ignores Sync and Flush until CopyDone or CopyFail.
    private var isCopyingIn = false
    /// The node answered the first unit by an error; its ReadyForQuery is still owed.
    private(set) var isFirstFailed = false
    /// Parse messages that were sent, until somebody takes the count.
    var parses: UInt64 = 0
    /// Messages of the extended protocol were sent since the last Sync.
    private(set) var isOpen = false
    /// The node answered an error before it was sent the Sync: it ignores whatever comes before that.
    private(set) var isSkipping = false
    /// What the first unit has executed already: by its answer alone nothing is known of the commit that its Sync makes.
    private var done: WorkEffects?
    /// What the unnamed prepared statement does, and what the portals bound since the last ReadyForQuery do.
    private var unnamed: WorkEffects = [.extended]
    private var portals: WorkEffects = [.extended]

    /// Nothing is owed.
    var isEmpty: Bool { first == entries.count && !isOpen }
    var isFull: Bool { entries.count - first >= Self.deepest }

    /// A Sync with nothing before it: it is owed a ReadyForQuery and nothing else.
    static let ping: WorkEffects = []

    // MARK: What is sent

    /// `number` is that of the client's last Parse before it.
    mutating func sentQuery(_ effects: WorkEffects, number: UInt64 = 0) {
        add(.query, effects.union(.executes), .unnamed, number)
        depth += 1
        isOpen = false
        unnamed = [.extended]
    }

    mutating func sentFunctionCall() {
        add(.functionCall, [.executes])
        depth += 1
    }

    /// `number` is the client's, also where a Parse of ours repeats it.
    mutating func sentParse(_ statement: StatementID, _ effects: WorkEffects, number: UInt64 = 0, isOwn: Bool) {
        if statement == .unnamed { unnamed = effects.union(.extended).subtracting(.executes) }
        parses &+= 1
        touch(isOwn ? .preparing : .parse, statement, number: number)
    }

    /// A portal of a statement with these effects; nil for the unnamed one.
    mutating func sentBind(_ effects: WorkEffects?) {
        portals.formUnion(effects.map { $0.union(.extended).subtracting(.executes) } ?? unnamed)
        touch(.bind)
    }

    mutating func sentDescribe() { touch(.describe) }
    mutating func sentExecute(number: UInt64 = 0) { touch(.execute, number: number, effects: portals.union([.executes, .extended])) }
    /// `isOwn`: a Close of ours.
    mutating func sentClose(_ statement: StatementID = .unnamed, isOwn: Bool) { touch(isOwn ? .closing : .close, statement) }
    /// A Parse or Close of the client that is not sent, but answered when its turn comes.
    mutating func keptParse(_ statement: StatementID, number: UInt64) { touch(.parsed, statement, number: number) }
    mutating func keptClose(number: UInt64) { touch(.closed, number: number) }

    mutating func sentRefused() { touch(.refused) }

    mutating func sentFlush() { isOpen = true }

    /// False where the node ignores it.
    mutating func sentSync() {
        if isCopyingIn { return }
        add(.sync, isOpen ? [.extended] : Self.ping)
        depth += 1
        isOpen = false
        isSkipping = false
    }

    mutating func sentCopyEnd() {
        isCopyingIn = false
        if first < entries.count { add(.copyEnd, []) }
    }

    private mutating func touch(_ code: Code, _ statement: StatementID = .unnamed, number: UInt64 = 0, effects: WorkEffects = .extended) {
        isOpen = true
        add(code, effects, statement, number)
    }

    private mutating func add(_ code: Code, _ effects: WorkEffects, _ statement: StatementID = .unnamed, _ number: UInt64 = 0) {
        entries.append(Entry(code: code, effects: effects, statement: statement, number: number))
        if code.isOwn { own += 1 }
    }

    /// Whether a Parse of the statement is under way in a unit before the one that is being sent: it may fail there, or be skipped.
    func isUncertain(_ statement: StatementID) -> Bool {
        guard let parse = entries[first...].firstIndex(where: { $0.statement == statement && $0.code.isParse }) else { return false }
        return entries[parse...].contains { $0.code.endsUnit }
    }

    /// Nothing is under way that may fail or drop a statement before the next message comes to its turn, but the open unit itself.
    var isForeseeable: Bool { depth == 0 && !entries[first...].contains { $0.code == .execute } }

    /// The number that came with what is being answered.
    var number: UInt64 { first < entries.count ? entries[first].number : 0 }

    /// What the node is to prepare.
    var parsed: Set<StatementID> { Set(entries[first...].filter { $0.code == .parse || $0.code == .preparing }.map(\.statement)) }

    // MARK: What is answered

    /// Writes the answers that are ours to give and whose turn has come.
    mutating func sayOwn(_ say: (BackendMessageKind) -> Void) {
        while first < entries.count {
            switch entries[first].code {
            case .parsed: say(.parseComplete)
            case .closed: say(.closeComplete)
            case .query, .functionCall, .sync, .parse, .refused, .bind, .describe, .execute, .close, .copyEnd, .preparing, .closing: return
            }
            drop()
        }
    }

    /// The node waits for more of a copy.
    var awaitsCopyData: Bool { isCopyingIn }

    /// Whether the first answer is ours to give.
    var owesOwn: Bool {
        // Asked at every message, and nearly always of a pipeline that has none of ours.
        guard own > 0, first < entries.count else { return false }
        return entries[first].code.isOwn
    }

    /// The node answered part of a unit. Own answers before it must have been said.
    mutating func answered(_ kind: BackendMessageKind) -> Answer {
        guard first < entries.count else { return .unasked }
        switch (kind, entries[first].code) {
        case (.parseComplete, .parse), (.parseComplete, .refused), (.bindComplete, .bind), (.closeComplete, .close):
            drop()
            return .forward
        case (.parseComplete, .preparing), (.closeComplete, .closing):
            drop()
            return .swallow
        case (.rowDescription, .describe), (.noData, .describe):
            drop()
            return .forward
        case (.commandComplete, .execute), (.emptyQuery, .execute), (.portalSuspended, .execute):
            done = (done ?? .extended).then(entries[first].effects).union(.extended)
            drop()
            return .forward
        case (.parameterDescription, .describe), (_, .query), (_, .functionCall), (.copyOut, .execute), (.copyBoth, .execute):
            return .forward
        default: return .unasked
        }
    }

    /// The node answered CopyInResponse. In the extended protocol it swallows the Syncs that it was sent before the copy's end.
    mutating func copyInStarted() {
        isCopyingIn = true
        guard first < entries.count, entries[first].code == .execute else { return }
        let end = entries[first...].firstIndex { $0.code == .copyEnd }
        if end != nil { isCopyingIn = false }
        for index in (first..<(end ?? entries.count)).reversed() where entries[index].code == .sync {
            entries.remove(at: index)
            depth -= 1
        }
        if depth == 0 || end == nil { isOpen = true }
    }

    /// The node answered an error: a copy is over, though the frontend may not know yet, and in the extended protocol
    /// nothing up to the next Sync is looked at, a Query neither. Returns what of it never happened.
    mutating func failed() -> [Entry] {
        isCopyingIn = false
        isFirstFailed = !isEmpty
        if first < entries.count, entries[first].code.endsUnit { return [] }
        var undone: [Entry] = []
        let wasOwed = first < entries.count
        while first < entries.count, entries[first].code != .sync {
            switch entries[first].code {
            case .query, .functionCall: depth -= 1
            case .parse, .preparing, .closing, .parsed, .closed: undone.append(entries[first])
            case .sync, .refused, .bind, .describe, .execute, .close, .copyEnd: break
            }
            drop()
        }
        if first == entries.count {
            isOpen = isOpen || wasOwed
            isSkipping = isOpen
        }
        return undone
    }

    /// The node sent ReadyForQuery; false when none was owed.
    mutating func completed() -> Bool {
        guard first < entries.count else { return false }
        switch entries[first].code {
        case .query, .functionCall, .sync: break
        case .parse, .refused, .bind, .describe, .execute, .close, .copyEnd, .preparing, .closing, .parsed, .closed: return false
        }
        drop()
        depth -= 1
        isCopyingIn = false
        isFirstFailed = false
        done = nil
        if first == 0, !isOpen { portals = [.extended] }
        return true
    }

    private mutating func drop() {
        if entries[first].code.isOwn { own -= 1 }
        repeat { first += 1 } while first < entries.count && entries[first].code == .copyEnd
        if first == entries.count {
            entries.removeAll(keepingCapacity: true)
            first = 0
        }
    }

    // MARK: When the node is gone

    /// What is owed, one element for each ReadyForQuery, and what no Sync has closed.
    var owed: (units: [WorkEffects], open: WorkEffects?) {
        var units: [WorkEffects] = [], unit = done
        for entry in entries[first...] {
            switch entry.code {
            case .query, .functionCall:
                units.append(entry.effects)
                unit = nil
            case .sync:
                units.append(unit ?? (entry.effects == Self.ping ? Self.ping : .extended))
                unit = nil
            case .execute: unit = (unit ?? .extended).then(entry.effects).union(.extended)
            case .parse, .refused, .bind, .describe, .close, .copyEnd, .preparing, .closing, .parsed, .closed: unit = unit ?? .extended
            }
        }
        return (units, isOpen ? unit ?? .extended : nil)
    }
}
