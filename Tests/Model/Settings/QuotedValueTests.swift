import Testing
@testable import Settings

@Suite("QuotedValue")
struct QuotedValueTests {
    @Test("Octal escapes are bytes, other escapes are C's", arguments: [
        (#"'\303\251'"#, "é"), (#"'\b\f\n\r\t\\\''"#, "\u{8}\u{c}\n\r\t\\'"), (#"'\1012'"#, "A2"), (#"'\x'"#, "x"), (#"'\501'"#, "A"), ("''''", "'"),
    ])
    func escapes(_ quoted: String, _ value: String) {
        #expect(ConfigurationLine("name = \(quoted)"[...]) == .assignment(name: "name", value: value))
    }

    @Test("A value that no C library could take is refused", arguments: [#"'a\000b'"#, #"'\0'"#, #"'\400'"#, #"'\303'"#])
    func notText(_ quoted: String) {
        guard case .malformed(_, let reason, nil) = ConfigurationLine("name = \(quoted)"[...]) else {
            Issue.record("\(quoted) was taken")
            return
        }
        #expect(reason.contains("not UTF-8 text without NUL"))
    }

    @Test("Every beginning of a quoted value is unclosed or a shorter value, never a crash", arguments: [#"'a''b\'c\101\n' # comment"#])
    func truncated(_ text: String) {
        let closed = text.indices.map { text[..<$0] }.filter { if case .assignment = ConfigurationLine("name = \($0)"[...]) { true } else { false } }
        // 'a' alone is whole; else the fifteenth character is the closing quote.
        #expect(closed.map(\.count) == [3] + Array(15..<text.count))
    }
}
