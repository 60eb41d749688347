/// The settings in the `options` of a startup packet: `-c name=value --name=value`.
///
/// Words end at blanks; a backslash takes the next byte as it is. PostgreSQL applies these before the parameters of the
/// packet itself, so a parameter of the same name there wins.
/// Source: PostgreSQL manual, "libpq: options", "postgres"; `pg_split_opts`, `ParseLongOption`.
package struct StartupOptions: Hashable, Sendable {
    /// A word that is none of the two spellings: only a node knows what it means, so the whole text is its.
    package struct Unreadable: Error, Hashable, Sendable {
        package let word: String
    }

    /// In their order; a name may come more than once, and the last one holds.
    package let settings: [StartupMessage.Parameter]

    package init(_ text: String) throws(Unreadable) {
        var settings: [StartupMessage.Parameter] = []
        var words = Self.words(text)[...]
        while let word = words.popFirst() {
            let setting: [UInt8]
            if word == Array("-c".utf8) {
                guard let next = words.popFirst() else { throw Unreadable(word: "-c") }
                setting = next
            } else if word.starts(with: "-c".utf8) || word.starts(with: "--".utf8) {
                setting = Array(word.dropFirst(2))
            } else {
                throw Unreadable(word: String(decoding: word, as: UTF8.self))
            }
            settings.append(try Self.setting(setting))
        }
        self.settings = settings
    }

    /// `a-b=c` is the value `c` of `a_b`.
    private static func setting(_ word: [UInt8]) throws(Unreadable) -> StartupMessage.Parameter {
        guard let sign = word.firstIndex(of: UInt8(ascii: "=")), sign > 0 else { throw Unreadable(word: String(decoding: word, as: UTF8.self)) }
        let name = word[..<sign].map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
        return StartupMessage.Parameter(String(decoding: name, as: UTF8.self), String(decoding: word[(sign + 1)...], as: UTF8.self))
    }

    private static func words(_ text: String) -> [[UInt8]] {
        var words: [[UInt8]] = [], word: [UInt8]?, isEscaped = false
        for byte in text.utf8 {
            if isEscaped {
                word?.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                word = word ?? []
                isEscaped = true
            } else if isBlank(byte) {
                if let word { words.append(word) }
                word = nil
            } else {
                word = (word ?? []) + [byte]
            }
        }
        return words + (word.map { [$0] } ?? [])
    }

    /// C's `isspace` in the C locale.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
