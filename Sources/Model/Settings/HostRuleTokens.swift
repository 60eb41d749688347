/// A line of `pool_hba.conf` as its fields, each a list of tokens.
///
/// Blanks part fields and commas part the tokens of one; a quoted token is never a keyword; `#` begins a comment.
/// Source: PostgreSQL manual, "The pg_hba.conf File".
struct HostRuleTokens {
    struct Token: Hashable {
        let text: String
        /// It began with a quote: `"all"` is a name.
        let isQuoted: Bool

        func means(_ keyword: String) -> Bool { !isQuoted && text == keyword }
    }

    /// Why a line cannot be cut.
    struct Broken: Error { let reason: String }

    /// A line with more is no rule.
    private static let mostTokens = 10_000

    private(set) var fields: [[Token]] = []

    init(_ line: Substring) throws(Broken) {
        var rest = line.drop(while: Self.isBlank)
        var continues = false
        while let first = rest.first, first != "#" {
            if first == "," {
                guard !fields.isEmpty, !continues else { throw Broken(reason: "expected a name before the comma") }
                continues = true
                rest = rest.dropFirst().drop(while: Self.isBlank)
                continue
            }
            let token = try Self.token(&rest)
            if continues { fields[fields.count - 1].append(token) } else { fields.append([token]) }
            guard fields.count + fields[fields.count - 1].count < Self.mostTokens else { throw Broken(reason: "the line has more than \(Self.mostTokens) words") }
            continues = false
            rest = rest.drop(while: Self.isBlank)
        }
        if continues { throw Broken(reason: "expected a name behind the comma") }
    }

    private static func token(_ rest: inout Substring) throws(Broken) -> Token {
        let isQuoted = rest.first == "\""
        var text = "", isInQuotes = false
        while let character = rest.first {
            if !isInQuotes, isBlank(character) || character == "," || character == "#" { break }
            rest.removeFirst()
            if character == "\"" {
                // Twice within quotes is one quote.
                if isInQuotes, rest.first == "\"" { text.append(rest.removeFirst()) } else { isInQuotes.toggle() }
            } else {
                text.append(character)
            }
        }
        if isInQuotes { throw Broken(reason: "a quoted name has no closing quote") }
        return Token(text: text, isQuoted: isQuoted)
    }

    private static func isBlank(_ character: Character) -> Bool { character.isWhitespace }
}
