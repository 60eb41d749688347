/// A password, which does not print itself. pgpool's `TEXT` prefix is taken off.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package let text: String
    init(_ text: String) { self.text = text.hasPrefix("TEXT") ? String(text.dropFirst(4)) : text }
    /// Whether there is none.
    package var isEmpty: Bool { text.isEmpty }
    package var description: String { "<secret>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether `text` is in one of pgpool's forms that are no password: nobody could log in with it as it stands.
    static func isUnreadable(_ text: String) -> Bool {
        text.hasPrefix("AES") || isMD5(text)
    }

    /// `md5` and 32 hexadecimal digits.
    static func isMD5(_ text: String) -> Bool {
        text.hasPrefix("md5") && text.utf8.count == 35 && text.dropFirst(3).allSatisfy(\.isHexDigit)
    }
}
