/// Tells from a text of SQL what it may do: to the transaction, and to the session behind it.
///
/// One pass, nothing allocated unless something is found. Conservative: what it cannot tell pins the session. It cannot see
/// what triggers, views, defaults and operators call.
package struct StatementScanner {
    package private(set) var effects: WorkEffects = []
    package private(set) var pin: Pin?
    /// The text is one statement for the proxy itself.
    package private(set) var admin: AdminStatement?
    /// What it does to the session's settings, in order.
    private(set) var changes: [SettingChange] = []
    /// The text is one EXECUTE or DEALLOCATE: where the statement's name stands, and the name.
    private(set) var prepared: PreparedName?
    /// A savepoint is gone back to, so settings since may be undone.
    private(set) var returnsToSavepoint = false

    private var lexer: Lexer
    private var depth = 0
    private var statements = 0
    private var statement = Statement()

    /// What is remembered about the statement under way.
    private struct Statement {
        var first: Keyword?
        var words = 0
        var effects: WorkEffects = []
        /// The last words, by their hashes; 0 for anything else.
        var previous: UInt64 = 0, beforePrevious: UInt64 = 0
        var isEmpty = true
        /// SHOW and where its name stands, if that begins with pool_.
        var shown: Range<Int>?
        /// It begins with PGPOOL.
        var isForPgpool = false
        /// `DISTINCT ON (…)`: a call may follow its parenthesis, where elsewhere only an alias can.
        var hasDistinctOn = false
        var updates = false
        /// Where it begins and ends in the text.
        var start = 0, end = 0
        /// It makes something temporary, which ON COMMIT DROP may take away again.
        var isTemporary = false
    }

    /// A name that a parenthesis may follow.
    private struct Name {
        let hash: UInt64
        let range: Range<Int>
        let isQuoted: Bool
        var isQualified = false
        /// The schema, where there is one, is pg_catalog.
        var isBuiltIn = true
        /// The word before it, by its hash.
        let context: UInt64
        let followsParenthesis: Bool
    }

    /// Scans a text up to its first zero byte.
    package init(_ text: UnsafeRawBufferPointer, backslashEscapes: Bool = false) {
        lexer = Lexer(text, backslashEscapes: backslashEscapes)
        if lexer.mentionsTemporarySchema { keep("a temporary object (pg_temp)", isCertain: true) }
        scan()
    }

    /// A text that nobody looked at: too long, or in an encoding in which bytes mean other things.
    package init(unreadable reason: String) {
        lexer = Lexer(UnsafeRawBufferPointer(start: nil, count: 0), backslashEscapes: false)
        effects = .unknown
        pin = Pin(reason, isCertain: true)
    }

    private mutating func scan() {
        var name: Name?
        var afterDot = false, afterParenthesis = false
        while let token = lexer.next() {
            if case .symbol(UInt8(ascii: ";")) = token, depth == 0 {
                finishStatement()
                name = nil
                continue
            }
            let wasDot = afterDot, wasParenthesis = afterParenthesis
            afterDot = false
            afterParenthesis = false
            statement.isEmpty = false
            statement.end = lexer.offset
            switch token {
            case .word(let hash, let range):
                word(hash, range, &name, isQualified: wasDot, followsParenthesis: wasParenthesis)
            case .quoted(let range):
                quoted(range, &name, isQualified: wasDot, followsParenthesis: wasParenthesis)
            case .symbol(UInt8(ascii: ".")):
                afterDot = true
            case .symbol(UInt8(ascii: "(")):
                if let called = name { call(called) }
                name = nil
                depth += 1
            case .symbol(UInt8(ascii: ")")):
                depth = max(0, depth - 1)
                afterParenthesis = true
                name = nil
            case .symbol, .literal, .parameter:
                name = nil
                note(0)
            }
        }
        finishStatement()
        if lexer.sawEscapedName { keep("a name with Unicode escapes") }
        if !changes.isEmpty, statements > 1, effects.contains(.mayCommit) || effects.contains(.endsBlock) {
            changes = []
            keep("a setting beside the end of a transaction in one text", isCertain: true)
        }
    }

    private mutating func word(_ hash: UInt64, _ range: Range<Int>, _ name: inout Name?, isQualified: Bool, followsParenthesis: Bool) {
        if hash == Keyword.updateHash { statement.updates = true }
        if hash == Keyword.onHash, statement.previous == Keyword.distinctHash { statement.hasDistinctOn = true }
        if hash == Keyword.pgSettingsHash, statement.updates { keep("UPDATE pg_settings", isCertain: true) }
        if isQualified, let schema = name {
            name = Name(hash: hash, range: range, isQuoted: false, isQualified: true, isBuiltIn: schema.hash == Keyword.pgCatalogHash && !schema.isQualified,
                        context: schema.context, followsParenthesis: schema.followsParenthesis)
            return
        }
        name = Name(hash: hash, range: range, isQuoted: false, context: statement.previous, followsParenthesis: followsParenthesis)
        if statement.words == 0 {
            statement.isForPgpool = hash == Keyword.pgpoolHash
            begin(Keyword(hash: hash), range)
        } else { follow(hash, range) }
        statement.words += 1
        note(hash)
    }

    private mutating func quoted(_ range: Range<Int>, _ name: inout Name?, isQualified: Bool, followsParenthesis: Bool) {
        if statement.updates, lexer.text(range) == "pg_settings" { keep("UPDATE pg_settings", isCertain: true) }
        let context = isQualified ? name?.context ?? 0 : statement.previous
        name = Name(hash: 0, range: range, isQuoted: true, isBuiltIn: false, context: context, followsParenthesis: followsParenthesis)
        if statement.words > 0, statement.words < 3 { follow(0, range) }
        statement.words += 1
        note(0)
    }

    private mutating func note(_ hash: UInt64) {
        statement.beforePrevious = statement.previous
        statement.previous = hash
    }

    /// The session keeps something that only this backend has; without `isCertain` it only may.
    private mutating func keep(_ reason: String, isCertain: Bool = false) {
        let reason = Pin(reason, isCertain: isCertain)
        pin = pin?.and(reason) ?? reason
    }

    /// The first word of a statement.
    private mutating func begin(_ keyword: Keyword?, _ range: Range<Int>) {
        statement.first = keyword
        statement.effects = .executes
        switch keyword {
        case .begin: statement.effects.insert([.opensBlock, .loneBegin])
        case .start: statement.effects.insert(.opensBlock)
        case .commit, .end: statement.effects.insert([.mayCommit, .endsBlock, .loneCommit])
        case .rollback, .abort: statement.effects.insert([.endsBlock, .loneRollback, .beginsWithRollback])
        case .listen: keep("LISTEN", isCertain: true)
        case .load: keep("LOAD", isCertain: true)
        case .do: keep("DO")
        case .call: keep("CALL"); statement.effects.insert(.mayCommit) // A procedure may commit.
        case .execute: keep("EXECUTE of a prepared statement")
        // Decided by what follows.
        case .set, .prepare, .declare, .create, .show: break
        case .select, .insert, .update, .delete, .merge, .values, .table, .with, .copy, .explain, .analyze, .analyse, .vacuum, .truncate,
             .alter, .drop, .comment, .grant, .revoke, .reindex, .cluster, .refresh, .lock, .notify, .checkpoint, .security, .reassign,
             .fetch, .move, .savepoint, .release, .unlisten, .discard, .deallocate, .reset, .import, .close:
            break
        default: keep("a statement that Understudy does not know (\(shortened(range)))")
        }
    }

    /// A later word of a statement.
    private mutating func follow(_ hash: UInt64, _ range: Range<Int>) {
        switch statement.first {
        case .set, .prepare, .commit, .end, .rollback, .abort, .declare, .create, .show, .explain: follow(Keyword(hash: hash), range)
        default: if statement.previous == Keyword.intoHash { selectInto(Keyword(hash: hash)) }
        }
    }

    private mutating func follow(_ keyword: Keyword?, _ range: Range<Int>) {
        let isSecond = statement.words == 1
        let previous = Keyword(hash: statement.previous)
        switch statement.first {
        case .prepare where isSecond:
            if keyword == .transaction { statement.effects.insert([.mayCommit, .endsBlock]) } else { keep("PREPARE", isCertain: true) }
        case .commit where keyword == .prepared:
            statement.effects.remove([.endsBlock, .loneCommit])
        case .rollback where keyword == .prepared:
            statement.effects = [.executes, .mayCommit]
        case .rollback where keyword == .to, .abort where keyword == .to:
            statement.effects = .executes
            returnsToSavepoint = true
        case .commit where keyword == .chain, .end where keyword == .chain, .rollback where keyword == .chain, .abort where keyword == .chain:
            statement.effects.remove([.loneCommit, .loneRollback])
            if previous == .and { statement.effects.insert(.opensBlock) }
        case .declare where keyword == .hold && previous == .with:
            keep("a cursor WITH HOLD", isCertain: true)
        case .create where (keyword == .temp || keyword == .temporary) && statement.words <= 4 && depth == 0:
            statement.isTemporary = true
        case .create where keyword == .drop && previous == .commit && depth == 0:
            statement.isTemporary = false
        case .explain where (keyword == .temp || keyword == .temporary) && (previous == .create || previous == .local || previous == .global):
            statement.isTemporary = true
        case .create where keyword == .atomic && previous == .begin:
            keep("a function body in SQL, whose end Understudy does not find")
        case .show where isSecond:
            let name = lexer.text(range).lowercased()
            if name.hasPrefix("pool_") { statement.shown = range }
        default:
            if statement.previous == Keyword.intoHash { selectInto(keyword) }
        }
        if statement.words >= 2 { statement.shown = nil }
    }

    /// `SELECT … INTO [LOCAL | GLOBAL] TEMP t`; `INSERT INTO temp` is a table of that name.
    private mutating func selectInto(_ keyword: Keyword?) {
        guard keyword == .temp || keyword == .temporary || keyword == .local || keyword == .global else { return }
        let target = Keyword(hash: statement.beforePrevious)
        if target == .insert || target == .merge { return }
        keep("a temporary table", isCertain: true)
    }

    /// A name with a parenthesis behind it.
    private mutating func call(_ name: Name) {
        if !name.isQuoted, name.isBuiltIn, HarmlessNames.contains(name.hash) { return }
        let context = Keyword(hash: name.context)
        if (name.followsParenthesis && !statement.hasDistinctOn) || context?.introducesDefinition == true { return }
        // CREATE INDEX … ON t (…), GRANT … ON FUNCTION f(…): what follows ON in a definition is no call.
        if statement.first == .create || statement.first == .alter || statement.first == .grant || statement.first == .revoke,
           context == .on || context == .only || context == .index { return }
        if !name.isQuoted, name.isBuiltIn, name.hash == Keyword.setConfigHash, isLocalSetting() { return }
        keep("the function \(shortened(name.range))", isCertain: Keyword.sessionLocks.contains(name.hash) || name.hash == Keyword.setConfigHash)
    }

    /// Whether the arguments that follow end with `, true)`. Looks ahead on a copy.
    private func isLocalSetting() -> Bool {
        var ahead = lexer, depth = 1, isTrue = false, afterComma = false
        while depth > 0, let token = ahead.next() {
            switch token {
            case .symbol(UInt8(ascii: "(")): depth += 1; isTrue = false; afterComma = false
            case .symbol(UInt8(ascii: ")")): depth -= 1; afterComma = false
            case .symbol(UInt8(ascii: ",")): afterComma = depth == 1; isTrue = false
            case .word(let hash, _): isTrue = afterComma && hash == Keyword.trueHash; afterComma = false
            case .symbol, .literal, .parameter, .quoted: isTrue = false; afterComma = false
            }
        }
        return isTrue && depth == 0
    }

    private mutating func finishStatement() {
        defer {
            statement = Statement()
            statement.start = lexer.offset
            depth = 0
        }
        guard !statement.isEmpty else { return }
        statements += 1
        if statement.isTemporary { keep("a temporary object", isCertain: true) }
        readSetting()
        if statement.first == nil, statement.effects.isEmpty { statement.effects = .executes } // It begins with a parenthesis.
        effects = effects.then(statement.effects)
        admin = statements == 1 ? forProxy : nil
    }

    /// The statement, where the proxy answers it.
    private var forProxy: AdminStatement? {
        if statement.isForPgpool { return .pgpool(lexer.text(statement.start..<statement.end)) }
        return statement.shown.map { .show(lexer.text($0).lowercased()) }
    }

    /// What SET, RESET, EXECUTE and DEALLOCATE name.
    private mutating func readSetting() {
        prepared = nil
        switch statement.first {
        case .set, .reset:
            switch SettingReader.read(lexer.part(statement.start..<statement.end)) {
            case .none: break
            case .change(let change): changes.append(change)
            case .untold(let what): keep(what, isCertain: true)
            }
        case .execute, .deallocate:
            if statements == 1 { prepared = PreparedName.read(lexer.part(statement.start..<statement.end), at: statement.start) }
        default: break
        }
    }

    private func shortened(_ range: Range<Int>) -> String {
        lexer.text(range.lowerBound..<min(range.upperBound, range.lowerBound + 63))
    }
}
