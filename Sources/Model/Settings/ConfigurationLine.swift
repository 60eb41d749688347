/// One line of a configuration file, in PostgreSQL's grammar: `name = value # comment`, the `=` optional. The name of a
/// database or user may be quoted: `database."My shop" = '…'`.
///
/// Source: PostgreSQL manual, "Parameter Interaction via the Configuration File".
enum ConfigurationLine: Equatable {
    case empty
    case assignment(name: String, value: String)
    /// There is no name where one should be.
    case nameless(got: String)
    /// Why there is no value, as a sentence about `name`; `rest` is what is too much, and may be part of a secret.
    case malformed(name: String, reason: String, rest: String?)

    init(_ text: Substring) {
        var rest = text.drop(while: \.isWhitespace)
        guard let first = rest.first, first != "#" else {
            self = .empty
            return
        }
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "$" || $0 == "-") }
        guard !name.isEmpty else {
            self = .nameless(got: text.trimmed)
            return
        }
        rest = rest.dropFirst(name.count)
        var whole = String(name)
        if rest.first == "\"", ConfigurationFile.overridden(whole)?.name == "" {
            guard let (quoted, behind) = Self.quotedName(rest.dropFirst()) else {
                self = .malformed(name: whole, reason: "the quoted name behind \(whole) has no closing quote", rest: nil)
                return
            }
            whole += quoted
            rest = behind
        }
        rest = rest.drop(while: \.isWhitespace)
        if rest.first == "=" { rest = rest.dropFirst().drop(while: \.isWhitespace) }
        self = Self.value(rest, of: whole)
    }

    /// The name of a database or user in double quotes, where two stand for one.
    private static func quotedName(_ text: Substring) -> (name: String, rest: Substring)? {
        var name = "", rest = text
        while let character = rest.popFirst() {
            if character != "\"" { name.append(character); continue }
            guard rest.first == "\"" else { return (name, rest) }
            name.append(rest.removeFirst())
        }
        return nil
    }

    private static func value(_ text: Substring, of name: String) -> ConfigurationLine {
        guard let first = text.first, first != "#" else {
            return .malformed(name: name, reason: "\(clipped(name)) has no value: expected `name = value`, or '' for an empty one", rest: nil)
        }
        let value: String, rest: Substring
        if first == "'" {
            switch QuotedValue(text.dropFirst()) {
            case .text(let content, let behind): (value, rest) = (content, behind)
            case .unclosed: return .malformed(name: name, reason: "the quoted value of \(clipped(name)) has no closing quote", rest: nil)
            case .notText:
                return .malformed(name: name, reason: "the quoted value of \(clipped(name)) is not UTF-8 text without NUL: look at its backslash escapes", rest: nil)
            }
        } else {
            let bare = text.prefix { !$0.isWhitespace && $0 != "#" && $0 != "'" }
            (value, rest) = (String(bare), text.dropFirst(bare.count))
        }
        let behind = rest.drop(while: \.isWhitespace)
        guard behind.isEmpty || behind.first == "#" else {
            return .malformed(name: name, reason: "there is more behind the value of \(clipped(name)) (a value with blanks stands in single quotes)", rest: behind.trimmed)
        }
        return .assignment(name: name, value: value)
    }
}
