/// The value of `synchronous_standby_names`, taken apart.
///
/// Source: PostgreSQL manual, "synchronous_standby_names".
package struct SynchronousStandbyNames: Hashable, Sendable {
    /// Whether those that come first are waited for, or whichever is faster.
    package enum Method: String, Sendable { case first = "FIRST", any = "ANY" }

    package var method: Method
    /// How many confirm each commit.
    package var count: Int
    /// In the order of the setting; `*` is every standby.
    package var names: [String]

    /// nil for an empty setting, and for one that no server would accept.
    package init?(_ setting: String) {
        var words = Self.tokens(setting)
        guard !words.isEmpty else { return nil }
        method = .first
        if words.count > 1, Int(words[1]) != nil, let word = Method(rawValue: words[0].uppercased()) {
            method = word
            words.removeFirst()
        }
        guard words.count > 1, let number = Int(words[0]), words[1] == "(" else {
            count = 1
            names = words.filter { $0 != "," }
            return
        }
        count = number
        names = words.dropFirst(2).filter { $0 != "," && $0 != ")" }
    }

    /// As the server reads it.
    package var setting: String {
        let quoted = names.map { $0 == "*" ? $0 : "\"\($0.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\""))\"" }
        return "\(method.rawValue) \(count) (\(quoted.joined(separator: ", ")))"
    }

    /// What a node that becomes the primary should wait for: not for itself, who confirms nothing. With `available`, the standbys that there
    /// are, for no more than those; nil is nobody.
    package func fitting(primary: String, available: Set<String>?) -> SynchronousStandbyNames? {
        let isOwn = { (name: String) in name.lowercased() == primary.lowercased() }
        let others = names.filter { !isOwn($0) }
        var fitting = self
        if let available {
            let standbys = Set(available.filter { !isOwn($0) }.map { $0.lowercased() })
            fitting.count = min(count, others.contains("*") ? standbys.count : others.count { standbys.contains($0.lowercased()) })
            if fitting.count == 0 { return nil }
        }
        // Whom to wait for if not for itself, nobody has said.
        if !others.isEmpty { fitting.names = others }
        return fitting
    }

    /// Names, numbers, parentheses and commas; a quoted name loses its quotes.
    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var rest = text[...]
        while let character = rest.first {
            if character.isWhitespace {
                rest.removeFirst()
            } else if "(),".contains(character) {
                tokens.append(String(rest.removeFirst()))
            } else if character == "\"" {
                let name = rest.dropFirst().prefix { $0 != "\"" }
                tokens.append(String(name))
                rest = rest.dropFirst(name.count + 2)
            } else {
                let name = rest.prefix { !$0.isWhitespace && !"(),\"".contains($0) }
                tokens.append(String(name))
                rest = rest.dropFirst(name.count)
            }
        }
        return tokens
    }
}
