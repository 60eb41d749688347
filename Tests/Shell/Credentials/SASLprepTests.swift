import Testing
@testable import Credentials

@Suite("SASLprep")
struct SASLprepTests {
    @Test("The examples of RFC 4013, section 3")
    func examples() {
        #expect(SASLprep.prepare("I\u{AD}X") == "IX")
        #expect(SASLprep.prepare("user") == "user")
        #expect(SASLprep.prepare("USER") == "USER")
        #expect(SASLprep.prepare("\u{AA}") == "a")
        #expect(SASLprep.prepare("\u{2168}") == "IX")
        #expect(SASLprep.prepare("\u{07}") == nil)
        #expect(SASLprep.prepare("\u{627}1") == nil)
    }

    @Test("Blanks become blanks, compositions are composed, and both directions stay apart")
    func more() {
        #expect(SASLprep.prepare("a\u{A0}b\u{3000}c") == "a b c")
        #expect(SASLprep.prepare("e\u{301}").map { Array($0.unicodeScalars) } == ["\u{E9}"])
        #expect(SASLprep.prepare("\u{627}1\u{628}") == "\u{627}1\u{628}")
        #expect(SASLprep.prepare("\u{627}a\u{628}") == nil)
        #expect(SASLprep.prepare("\u{1F512}") == nil, "unassigned in Unicode 3.2")
        #expect(SASLprep.prepare("\u{AD}") == nil && SASLprep.prepare("") == nil, "nothing is left")
        #expect(SASLprep.prepare("a\u{E000}") == nil && SASLprep.prepare("a\u{85}") == nil)
    }
}
