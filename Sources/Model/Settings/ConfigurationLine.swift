/// One line of a configuration file, in PostgreSQL's grammar: `name = value # comment`, the `=` optional.
///
/// Source: PostgreSQL manual, "Parameter Interaction via the Configuration File".
enum ConfigurationLine: Equatable {
    case empty
    case assignment(name: String, value: String)
    /// Why it is none; a sentence.
    case malformed(String)

    init(_ text: Substring) {
        var rest = text.drop(while: \.isWhitespace)
        guard let first = rest.first, first != "#" else {
            self = .empty
            return
        }
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "$" || $0 == "-") }
        guard !name.isEmpty else {
            self = .malformed("expected `name = value`, got \(String(text).trimmed)")
            return
        }
        rest = rest.dropFirst(name.count).drop(while: \.isWhitespace)
        if rest.first == "=" { rest = rest.dropFirst().drop(while: \.isWhitespace) }
        self = Self.value(rest, of: String(name))
    }

    private static func value(_ text: Substring, of name: String) -> ConfigurationLine {
        guard let first = text.first, first != "#" else { return .malformed("\(name) has no value: expected `\(name) = value`") }
        let value: String, rest: Substring
        if first == "'" {
            guard let (content, behind) = quoted(text.dropFirst()) else { return .malformed("the quoted value of \(name) has no closing quote") }
            (value, rest) = (content, behind)
        } else {
            let bare = text.prefix { !$0.isWhitespace && $0 != "#" && $0 != "'" }
            (value, rest) = (String(bare), text.dropFirst(bare.count))
        }
        let behind = rest.drop(while: \.isWhitespace)
        guard behind.isEmpty || behind.first == "#" else {
            return .malformed("there is more behind the value of \(name): \(String(behind).trimmed) (a value with blanks stands in single quotes)")
        }
        return .assignment(name: name, value: value)
    }

    /// The text up to the closing quote, and what follows it; nil without one. `''` and backslash escapes as in PostgreSQL.
    private static func quoted(_ text: Substring) -> (String, Substring)? {
        var content = ""
        var rest = text
        while let character = rest.popFirst() {
            switch character {
            case "'" where rest.first == "'":
                rest.removeFirst()
                content.append("'")
            case "'": return (content, rest)
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                content.append(unescaped(escaped, &rest))
            default: content.append(character)
            }
        }
        return nil
    }

    private static func unescaped(_ character: Character, _ rest: inout Substring) -> Character {
        switch character {
        case "b": return "\u{8}"
        case "f": return "\u{c}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "0"..."7":
            var digits = String(character)
            while digits.count < 3, let next = rest.first, ("0"..."7").contains(next) { digits.append(rest.removeFirst()) }
            return Int(digits, radix: 8).flatMap { Unicode.Scalar(UInt32($0)) }.map(Character.init) ?? character
        default: return character
        }
    }
}
