/// Reads one SET or RESET statement: which parameter it changes for the session.
///
/// Source: PostgreSQL manual, "SET", "RESET", "SET SESSION CHARACTERISTICS".
enum SettingReader {
    enum Found: Hashable {
        /// Nothing that outlives the transaction.
        case none
        case change(SettingChange)
        /// It changes something that cannot be told, or not be set again; for people.
        case untold(String)
    }

    /// `statement` has no semicolon at its end.
    static func read(_ statement: UnsafeRawBufferPointer) -> Found {
        var words = Words(statement)
        let isReset = words.next() == "reset"
        var first = words.next()
        if first == "session", !isReset {
            first = words.next()
            if first == "characteristics" { return characteristics(&words, statement) }
        }
        switch first {
        case "local" where !isReset, "transaction" where !isReset, "constraints" where !isReset: return .none
        case "authorization", "session": return .untold("SET SESSION AUTHORIZATION")
        case "xml", "seed": return .untold("SET \(first.uppercased())")
        case "all" where isReset: return .change(.resetAll)
        case "": return .none // PostgreSQL refuses it.
        default: break
        }
        let name = switch first {
        case "time": "timezone"
        case "names": "client_encoding"
        case "schema": "search_path"
        case "transaction": "transaction_isolation"
        default: first + words.qualification()
        }
        return .change(isReset ? .reset(name: name) : .set(name: name, text: String(decoding: statement, as: UTF8.self)))
    }

    /// The mode alone that is named; several in one statement would have to be taken apart.
    private static func characteristics(_ words: inout Words, _ statement: UnsafeRawBufferPointer) -> Found {
        guard words.next() == "as", words.next() == "transaction" else { return .none }
        let name = switch words.next() {
        case "isolation": "default_transaction_isolation"
        case "read": "default_transaction_read_only"
        default: "default_transaction_deferrable"
        }
        if words.hasSeveralModes { return .untold("SET SESSION CHARACTERISTICS with several modes") }
        return .change(.set(name: name, text: String(decoding: statement, as: UTF8.self)))
    }

    /// The words of the statement, in small letters and without quotes.
    private struct Words {
        private let text: UnsafeRawBufferPointer
        private var lexer: Lexer

        init(_ text: UnsafeRawBufferPointer) {
            self.text = text
            lexer = Lexer(text, backslashEscapes: false)
        }

        /// Empty at the end, and where anything but a word stands.
        mutating func next() -> String {
            switch lexer.next() {
            case .word(_, let range), .quoted(let range): String(decoding: text[range], as: UTF8.self).lowercased()
            case .literal, .parameter, .symbol, nil: ""
            }
        }

        /// `.part` behind a name, as often as it comes.
        mutating func qualification() -> String {
            var parts = ""
            while true {
                var ahead = lexer
                guard case .symbol(UInt8(ascii: ".")) = ahead.next() else { return parts }
                lexer = ahead
                parts += "." + next()
            }
        }

        /// Whether what is left names another mode. READ and WRITE also end one, so ISOLATION and DEFERRABLE tell.
        var hasSeveralModes: Bool {
            var ahead = lexer, modes = 0
            while let token = ahead.next() {
                if case .symbol(UInt8(ascii: ",")) = token { return true }
                if case .word(let word, _) = token, word.keyword == .isolation || word.keyword == .deferrable { modes += 1 }
            }
            return modes > 0
        }
    }
}

/// The name in an EXECUTE or DEALLOCATE, to be replaced by what the backend calls the statement.
struct PreparedName: Hashable {
    /// As the client named it when it prepared: folded unless quoted.
    let name: String
    /// Where it stands in the text, quotes included.
    let range: Range<Int>
    /// DEALLOCATE, not EXECUTE.
    let isDeallocated: Bool

    /// `start` is where `statement` stands in the whole text.
    static func read(_ statement: UnsafeRawBufferPointer, at start: Int) -> PreparedName? {
        var lexer = Lexer(statement, backslashEscapes: false)
        guard case .word(let verb, _) = lexer.next() else { return nil }
        let isDeallocated = verb.keyword == .deallocate
        var token = lexer.next()
        if isDeallocated, case .word(let word, _) = token, word.keyword == .prepare {
            var ahead = lexer
            if let next = ahead.next() { (lexer, token) = (ahead, next) }
        }
        switch token {
        case .word(let word, _) where isDeallocated && word.keyword == .all: return nil
        case .word(_, let range):
            return PreparedName(name: String(decoding: statement[range], as: UTF8.self).lowercased(), range: start + range.lowerBound..<start + range.upperBound,
                                isDeallocated: isDeallocated)
        case .quoted(let range):
            let name = String(decoding: statement[range], as: UTF8.self).replacing("\"\"", with: "\"")
            return PreparedName(name: name, range: start + range.lowerBound - 1..<start + min(range.upperBound + 1, statement.count),
                                isDeallocated: isDeallocated)
        case .literal, .parameter, .symbol, nil: return nil
        }
    }
}
