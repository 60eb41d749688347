/// A command line of pgpool's configuration, read as `lua/understudy/internal/words.lua` reads it: far enough to say what it needs.
struct LegacyTemplate: Hashable, Sendable {
    let text: String
    /// The first word.
    let program: String
    /// What only a shell can do; nil when it is words alone.
    let shellSyntax: String?

    /// Why a command line cannot be used at all.
    enum Problem: Error, Hashable, Sendable {
        case empty
        case unbalanced(quote: Character)
        case unknownPlaceholder(Character)
        /// A shell would not look into single quotes.
        case placeholderInSingleQuotes(Character)

        var sentence: String {
            switch self {
            case .empty: "is empty"
            case .unbalanced(let quote): "has an unbalanced \(quote)"
            case .unknownPlaceholder(let letter): "has the unknown placeholder %\(letter)"
            case .placeholderInSingleQuotes(let letter): "has %\(letter) inside single quotes, which no shell looks into: use double quotes"
            }
        }
    }

    static let placeholders: Set<Character> = Set("dhpDmHMPrRNS")
    private static let special: Set<Character> = Set("|&;<>()$`\\*?~#%["), specialQuoted: Set<Character> = Set("$`\\")

    init(_ text: String) throws(Problem) {
        var words: [String] = [], word: String?, quote: Character?, shell: String?
        var rest = Substring(text), inSingle: Character?
        while let c = rest.popFirst() {
            if c == "%" {
                guard let letter = rest.popFirst() else { throw .unknownPlaceholder(" ") }
                guard letter == "%" || Self.placeholders.contains(letter) else { throw .unknownPlaceholder(letter) }
                if quote == "'", letter != "%" { inSingle = inSingle ?? letter }
                word = (word ?? "") + (letter == "%" ? "%" : "%\(letter)")
            } else if let open = quote {
                if c == open { quote = nil } else {
                    if open == "\"", Self.specialQuoted.contains(c) { shell = shell ?? String(c) }
                    word = (word ?? "") + String(c)
                }
            } else if c == "'" || c == "\"" {
                quote = c
                word = word ?? ""
            } else if c.isWhitespace {
                if let word { words.append(word) }
                word = nil
            } else {
                if Self.special.contains(c) { shell = shell ?? String(c) }
                word = (word ?? "") + String(c)
            }
        }
        if let quote { throw .unbalanced(quote: quote) }
        if let word { words.append(word) }
        guard let first = words.first, !first.isEmpty else { throw .empty }
        if let inSingle, shell != nil { throw .placeholderInSingleQuotes(inSingle) }
        self.text = text
        program = first
        shellSyntax = shell
    }
}
