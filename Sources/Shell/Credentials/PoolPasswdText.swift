internal import Settings

/// The text of a `pool_passwd`, with the line of one user replaced, added or taken away; every other line stays as it is.
package struct PoolPasswdText: Sendable {
    package private(set) var text: String

    package init(_ text: String) { self.text = text }

    /// Why a line cannot be written.
    package enum Refusal: Error, Hashable, CustomStringConvertible {
        case badUser, badSecret
        package var description: String {
            switch self {
            case .badUser: "a user's name in pool_passwd is not empty, begins with no #, and has no colon and no line break in it"
            case .badSecret: "a secret in pool_passwd is not empty and has no line break in it"
            }
        }
    }

    /// Writes the user's line, in place of the first one it has; further ones, which counted for nothing, go. True when it had one.
    package mutating func set(_ user: String, to secret: String) throws(Refusal) -> Bool {
        guard !user.isEmpty, !user.hasPrefix("#"), user.contains(where: { !$0.isWhitespace }), !user.unicodeScalars.contains(where: { ":\n\r\0".unicodeScalars.contains($0) }) else {
            throw .badUser
        }
        guard !secret.isEmpty, !secret.unicodeScalars.contains(where: { "\n\r\0".unicodeScalars.contains($0) }) else { throw .badSecret }
        return replace(user, by: "\(user):\(secret)")
    }

    /// Takes away every line of the user. False when there is none.
    package mutating func remove(_ user: String) -> Bool { replace(user, by: nil) }

    private mutating func replace(_ user: String, by line: String?) -> Bool {
        var lines: [String] = [], isThere = false
        for old in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            guard let parts = PoolPasswd.parts(of: Substring(old)), parts.user == user else { lines.append(old); continue }
            if !isThere, let line { lines.append(line) }
            isThere = true
        }
        if !isThere, let line {
            // Behind the last line, which may have no line break.
            if lines.last == "" { lines.removeLast() }
            lines += [line, ""]
        }
        text = lines.joined(separator: "\n")
        return isThere
    }
}
