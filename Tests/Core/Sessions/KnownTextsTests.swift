import TestSupport
import Testing
@testable import Sessions

@Suite("Known texts")
struct KnownTextsTests {
    private func areAlike(_ one: String, _ other: String) -> Bool {
        Array(one.utf8).withUnsafeBytes { one in Array(other.utf8).withUnsafeBytes { KnownTexts.areAlike(one, $0) } }
    }

    @Test("Texts are alike when they differ in numbers alone", arguments: [
        ("", ""), ("SELECT 1", "SELECT 1"), ("SELECT 1", "SELECT 22"), ("SELECT a FROM pgbench WHERE aid = 7;", "SELECT a FROM pgbench WHERE aid = 123456;"),
        ("VALUES (1, 2.5, -3)", "VALUES (11, 22.55, -33)"), ("1", "2"), ("x=1;y=20;z=3", "x=10;y=2;z=30"), ("SELECT 'on 1'", "SELECT 'on 23'"),
    ])
    func alike(_ one: String, _ other: String) {
        #expect(areAlike(one, other))
        #expect(areAlike(other, one))
    }

    @Test("Digits of names and parameters, and anything else, make texts differ", arguments: [
        ("", "1"), ("1", ""), ("SELECT 1", "SELECT 1 "), ("SELECT 1", "SELECT a"), ("SELECT f1(2)", "SELECT f2(2)"), ("SELECT $1", "SELECT $2"), ("5x", "5y"), ("15x", "25y"),
        ("SELECT 1", "SELECT "), ("a_1", "a_2"), ("é1", "é2"), ("SELECT 1, 2", "SELECT 1; 2"), ("$1$ 1 $1$", "$2$ 1 $2$"), ("1e5", "1e6"), ("12a", "1a2"),
    ])
    func different(_ one: String, _ other: String) {
        #expect(!areAlike(one, other))
        #expect(!areAlike(other, one))
    }

    /// Pieces that SQL, and what only looks like it, is made of.
    private static let pieces = [
        "SELECT", "set_config", "int4", "f1", "pg_advisory_lock", "(", ")", "'", "\"", "$", "$$", "$1", "$a$", "--", "/*", "*/", "\\", "E'", "U&'", "x1", "1", "22", "333", ".", ",",
        ";", " ", "\n", "BEGIN", "COMMIT", "ROLLBACK TO a", "CREATE TEMP TABLE t", "LISTEN c1", "pg_temp_3", "é", "_", "\u{0}", "INTO", "1.5e3", "EXECUTE p1", "SHOW pool_1", "SET a = 1",
    ]

    @Test("A text that is like one before means the same")
    func means() {
        var found = 0
        Fuzz.run("known texts", seeds: 20_000) { _, random in
            let text = Array((0..<Int.random(in: 0..<12, using: &random)).map { _ in Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)] + (random.oneIn(2) ? " " : "") }.joined().utf8)
            var other: [UInt8] = []
            for byte in text {
                guard byte &- 48 < 10 else { other.append(byte); continue }
                for _ in 0..<Int.random(in: 0..<3, using: &random) { other.append(48 + UInt8(Int.random(in: 0..<10, using: &random))) }
            }
            let escapes = random.oneIn(2)
            var texts = KnownTexts()
            let known = text.withUnsafeBytes { StatementScanner($0, backslashEscapes: escapes).finding }
            text.withUnsafeBytes { texts.remember(known, in: $0, escapesByBackslash: escapes) }
            other.withUnsafeBytes { other in
                #expect(texts.finding(in: other, escapesByBackslash: !escapes) == nil)
                guard let finding = texts.finding(in: other, escapesByBackslash: escapes) else { return }
                found += 1
                #expect(finding == StatementScanner(other, backslashEscapes: escapes).finding)
            }
        }
        #expect(found > 1000)
    }

    @Test("A text with words for the proxy, or a setting, is read each time", arguments: ["SHOW pool_nodes", "SET a = 1", "EXECUTE p(1)", "PGPOOL SHOW ALL"])
    func readAgain(_ text: String) {
        var texts = KnownTexts()
        Array(text.utf8).withUnsafeBytes { text in
            texts.remember(StatementScanner(text).finding, in: text, escapesByBackslash: false)
            #expect(texts.finding(in: text, escapesByBackslash: false) == nil)
        }
    }

    @Test("Bytes are the same in all their length", arguments: 0..<20)
    func same(_ length: Int) {
        let bytes = (0..<length).map { UInt8($0) }
        func isSame(_ other: [UInt8]) -> Bool { bytes.withUnsafeBytes { bytes in other.withUnsafeBytes { bytes.isSame(as: $0) } } }
        #expect(isSame(bytes))
        #expect(!isSame(bytes + [0]))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(!isSame(other))
        }
    }

    @Test("A long text is not kept")
    func long() {
        var texts = KnownTexts()
        let finding = Array("SELECT".utf8).withUnsafeBytes { StatementScanner($0).finding }
        for (length, isKept) in [(KnownTexts.longest, true), (KnownTexts.longest + 1, false)] {
            let text = [UInt8](repeating: UInt8(ascii: "a"), count: length)
            text.withUnsafeBytes { text in
                texts.remember(finding, in: text, escapesByBackslash: false)
                #expect((texts.finding(in: text, escapesByBackslash: false) != nil) == isKept)
            }
        }
    }
}
