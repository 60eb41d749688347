/// The words of a statement to the daemon.
struct AdminStatementText: Hashable, Sendable {
    struct Word: Hashable, Sendable {
        let text: String
        /// It stood in quotes: it is a name, and no word of ours.
        let isQuoted: Bool
    }

    /// Why a text has no words that can be meant.
    enum Mistake: Error, Hashable, Sendable {
        case unclosedQuote
        case unclosedComment
        case severalStatements
    }

    private(set) var words: [Word] = []

    /// Words are separated by blanks; `=` and `,` stand for themselves. A semicolon may end the statement; comments are left out.
    init(_ text: String) throws(Mistake) {
        var rest = text[...], isOver = false
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                guard let end = rest.firstRange(of: "*/") else { throw .unclosedComment }
                rest = rest[end.upperBound...]
            } else if first == ";" {
                isOver = true
                rest.removeFirst()
            } else {
                if isOver { throw .severalStatements }
                words.append(try Self.word(&rest))
            }
        }
    }

    private static func word(_ rest: inout Substring) throws(Mistake) -> Word {
        guard let first = rest.first else { preconditionFailure("a word of an empty text") }
        if first == "\"" || first == "'" { return Word(text: try quoted(&rest, first), isQuoted: true) }
        if first == "=" || first == "," { return Word(text: String(rest.removeFirst()), isQuoted: false) }
        let word = rest.prefix { !$0.isWhitespace && !";=,\"'".contains($0) }
        rest = rest[word.endIndex...]
        return Word(text: String(word), isQuoted: false)
    }

    /// Two quotes inside stand for one.
    private static func quoted(_ rest: inout Substring, _ quote: Character) throws(Mistake) -> String {
        rest.removeFirst()
        var text = ""
        while let character = rest.popFirst() {
            if character != quote { text.append(character); continue }
            guard rest.first == quote else { return text }
            text.append(rest.removeFirst())
        }
        throw .unclosedQuote
    }
}
