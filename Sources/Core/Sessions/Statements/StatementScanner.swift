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
        /// The last words; nil for anything else.
        var previous: Keyword?, beforePrevious: Keyword?
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
        /// Nothing is known of one that is quoted.
        var word = Word()
        let range: Range<Int>
        var isQualified = false
        /// It is not quoted, and the schema, where there is one, is pg_catalog.
        var isBuiltIn = true
        /// The word before it.
        let context: Keyword?
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

    /// All that was found, without the text.
    struct Finding: Hashable {
        let effects: WorkEffects
        let pin: Pin?
        let admin: AdminStatement?
        let changes: [SettingChange]
        let prepared: PreparedName?
        let returnsToSavepoint: Bool

        /// It has words of the text in it, or places.
        var isOfItsText: Bool { admin != nil || prepared != nil || !changes.isEmpty }
    }

    var finding: Finding {
        Finding(effects: effects, pin: pin, admin: admin, changes: changes, prepared: prepared, returnsToSavepoint: returnsToSavepoint)
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
            case .word(let known, let range):
                word(known, range, &name, isQualified: wasDot, followsParenthesis: wasParenthesis)
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
                note(nil)
            }
        }
        finishStatement()
        if lexer.sawEscapedName { keep("a name with Unicode escapes") }
        if !changes.isEmpty, statements > 1, effects.contains(.mayCommit) || effects.contains(.endsBlock) {
            changes = []
            keep("a setting beside the end of a transaction in one text", isCertain: true)
        }
    }

    private mutating func word(_ word: Word, _ range: Range<Int>, _ name: inout Name?, isQualified: Bool, followsParenthesis: Bool) {
        switch word.keyword {
        case .update: statement.updates = true
        case .on: if statement.previous == .distinct { statement.hasDistinctOn = true }
        case .pgSettings: if statement.updates { keep("UPDATE pg_settings", isCertain: true) }
        default: break
        }
        if isQualified, let schema = name {
            name = Name(word: word, range: range, isQualified: true, isBuiltIn: schema.word.keyword == .pgCatalog && !schema.isQualified,
                        context: schema.context, followsParenthesis: schema.followsParenthesis)
            return
        }
        name = Name(word: word, range: range, context: statement.previous, followsParenthesis: followsParenthesis)
        if statement.words == 0 {
            statement.isForPgpool = word.keyword == .pgpool
            begin(word.keyword, range)
        } else { follow(word.keyword, range) }
        statement.words += 1
        note(word.keyword)
    }

    private mutating func quoted(_ range: Range<Int>, _ name: inout Name?, isQualified: Bool, followsParenthesis: Bool) {
        if statement.updates, lexer.text(range) == "pg_settings" { keep("UPDATE pg_settings", isCertain: true) }
        let context = isQualified ? name?.context : statement.previous
        name = Name(range: range, isBuiltIn: false, context: context, followsParenthesis: followsParenthesis)
        if statement.words > 0, statement.words < 3 { follow(nil, range) }
        statement.words += 1
        note(nil)
    }

    private mutating func note(_ keyword: Keyword?) {
        statement.beforePrevious = statement.previous
        statement.previous = keyword
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
    private mutating func follow(_ keyword: Keyword?, _ range: Range<Int>) {
        let isSecond = statement.words == 1
        let previous = statement.previous
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
            if previous == .into { selectInto(keyword) }
        }
        if statement.words >= 2 { statement.shown = nil }
    }

    /// `SELECT … INTO [LOCAL | GLOBAL] TEMP t`; `INSERT INTO temp` is a table of that name.
    private mutating func selectInto(_ keyword: Keyword?) {
        guard keyword == .temp || keyword == .temporary || keyword == .local || keyword == .global else { return }
        if statement.beforePrevious == .insert || statement.beforePrevious == .merge { return }
        keep("a temporary table", isCertain: true)
    }

    /// A name with a parenthesis behind it.
    private mutating func call(_ name: Name) {
        if name.isBuiltIn, name.word.isHarmless { return }
        // What CALL and EXECUTE name is in their own reasons.
        if depth == 0, statement.first == .call || statement.first == .execute { return }
        let context = name.context
        if (name.followsParenthesis && !statement.hasDistinctOn) || context?.introducesDefinition == true { return }
        // CREATE INDEX … ON t (…), GRANT … ON FUNCTION f(…): what follows ON in a definition is no call.
        if statement.first == .create || statement.first == .alter || statement.first == .grant || statement.first == .revoke,
           context == .on || context == .only || context == .index { return }
        if name.isBuiltIn, name.word.keyword == .setConfig, isLocalSetting() { return }
        keep("the function \(shortened(name.range))", isCertain: name.word.isSessionLock || name.word.keyword == .setConfig)
    }

    /// Whether the arguments that follow end with `, true)`. Looks ahead on a copy.
    private func isLocalSetting() -> Bool {
        var ahead = lexer, depth = 1, isTrue = false, afterComma = false
        while depth > 0, let token = ahead.next() {
            switch token {
            case .symbol(UInt8(ascii: "(")): depth += 1; isTrue = false; afterComma = false
            case .symbol(UInt8(ascii: ")")): depth -= 1; afterComma = false
            case .symbol(UInt8(ascii: ",")): afterComma = depth == 1; isTrue = false
            case .word(let word, _): isTrue = afterComma && word.keyword == .true; afterComma = false
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
