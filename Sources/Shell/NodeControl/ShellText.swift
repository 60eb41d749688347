/// The one place where words become text for a shell: ssh hands its command to the login shell of the other side as one string.
package enum ShellText {
    /// The words quoted so that any POSIX shell splits the text into exactly them again, whatever is in them but NUL.
    package static func quoted(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

    /// Within single quotes nothing means anything but the single quote itself.
    private static func quoted(_ word: String) -> String {
        if !word.isEmpty, word.utf8.allSatisfy(isPlain) { return word }
        return "'" + word.replacing("'", with: "'\\''") + "'"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: ","): true
        default: false
        }
    }
}
