/// Cuts SQL text into tokens in one pass over its bytes, without allocating.
///
/// Source: PostgreSQL manual, "Lexical Structure". Text that PostgreSQL would refuse may come out as anything: it is
/// never executed.
struct Lexer {
    private let text: UnsafeRawBufferPointer
    private(set) var offset = 0
    /// A name was written as U&"…", whose escapes are not decoded here.
    private(set) var sawEscapedName = false
    /// Whether a backslash escapes in every string: `standard_conforming_strings = off`.
    private let escapes: Bool
    private let vocabulary = Vocabulary.sql

    /// Reads up to the first zero byte.
    init(_ text: UnsafeRawBufferPointer, backslashEscapes: Bool) {
        self.text = UnsafeRawBufferPointer(rebasing: text[..<(text.offset(of: 0, from: 0) ?? text.count)])
        escapes = backslashEscapes
    }

    mutating func next() -> Token? {
        skipBlanks()
        guard offset < text.count else { return nil }
        let byte = text[offset]
        switch byte {
        case UInt8(ascii: "'"):
            skipString(escapes: escapes)
            return .literal
        case UInt8(ascii: "\""):
            return quoted()
        case UInt8(ascii: "$"):
            return dollar()
        case _ where Self.isDigit(byte):
            while offset < text.count, Self.isDigit(text[offset]) || text[offset] == UInt8(ascii: ".") { offset += 1 }
            return .literal
        case _ where Self.isNameStart(byte):
            return word()
        default:
            offset += 1
            return .symbol(byte)
        }
    }

    func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: text[range]) }

    func text(_ range: Range<Int>) -> String { String(decoding: text[range], as: UTF8.self) }

    /// Whether `pg_temp` stands anywhere, in strings too: a search_path may be in one.
    var mentionsTemporarySchema: Bool {
        // The underscore is the rarest of its bytes.
        var start = 2
        while let middle = text.offset(of: UInt8(ascii: "_"), from: start) {
            if middle + 4 < text.count, isTemporarySchema(at: middle) { return true }
            start = middle + 1
        }
        return false
    }

    private func isTemporarySchema(at middle: Int) -> Bool {
        func has(_ letter: Unicode.Scalar, _ offset: Int) -> Bool { text[middle + offset] | 0x20 == UInt8(ascii: letter) }
        return has("t", 1) && has("g", -1) && has("p", -2) && has("e", 2) && has("m", 3) && has("p", 4)
    }

    /// FNV-1a over the bytes of a name in small letters: what `Vocabulary` knows words by.
    static func hash(_ name: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name { hash = mix(hash, letter(byte)) }
        return hash
    }

    private static func mix(_ hash: UInt64, _ letter: UInt8) -> UInt64 { (hash ^ UInt64(letter)) &* 0x100_0000_01B3 }

    /// The byte as it stands in a name, which is in small letters; 0 where it cannot. `Vocabulary` has it as a table.
    static func letter(_ byte: UInt8) -> UInt8 {
        guard isNamePart(byte) else { return 0 }
        return byte &- 65 < 26 ? byte | 0x20 : byte
    }

    private mutating func skipBlanks() {
        while offset < text.count {
            let byte = text[offset]
            // Most of what comes here is the beginning of a word.
            if byte >= UInt8(ascii: "0") { return }
            if byte == 0x20 || byte &- 9 < 5 {
                offset += 1
            } else if byte == UInt8(ascii: "-"), peek(1) == UInt8(ascii: "-") {
                while offset < text.count, text[offset] != 10, text[offset] != 13 { offset += 1 }
            } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                skipComment()
            } else {
                return
            }
        }
    }

    private func peek(_ ahead: Int) -> UInt8 { offset + ahead < text.count ? text[offset + ahead] : 0 }

    /// Comments nest.
    private mutating func skipComment() {
        var depth = 0
        while offset < text.count {
            if text[offset] == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "*") {
                depth += 1
                offset += 2
            } else if text[offset] == UInt8(ascii: "*"), peek(1) == UInt8(ascii: "/") {
                depth -= 1
                offset += 2
                if depth == 0 { return }
            } else {
                offset += 1
            }
        }
    }

    /// From the opening quote to behind the closing one; a doubled quote is part of the string.
    private mutating func skipString(escapes: Bool) {
        offset += 1
        while offset < text.count {
            let byte = text[offset]
            if byte == UInt8(ascii: "\\"), escapes {
                offset = min(offset + 2, text.count)
            } else if byte == UInt8(ascii: "'") {
                offset += 1
                if peek(0) != UInt8(ascii: "'") { return }
                offset += 1
            } else {
                offset += 1
            }
        }
    }

    /// A string goes on after a line break: `'a'` newline `'b'`, with the escapes of its beginning. Moves to the next quote if so.
    private mutating func skipToContinuation() -> Bool {
        let end = offset
        skipBlanks()
        if peek(0) == UInt8(ascii: "'"), text[end..<offset].contains(where: { $0 == 10 || $0 == 13 }) { return true }
        offset = end
        return false
    }

    private mutating func quoted() -> Token {
        offset += 1
        let start = offset
        while offset < text.count {
            if text[offset] == UInt8(ascii: "\"") {
                if peek(1) != UInt8(ascii: "\"") { break }
                offset += 1
            }
            offset += 1
        }
        let end = min(offset, text.count)
        offset = min(offset + 1, text.count)
        return .quoted(range: start..<end)
    }

    private mutating func dollar() -> Token {
        let start = offset
        offset += 1
        if Self.isDigit(peek(0)) {
            while Self.isDigit(peek(0)) { offset += 1 }
            return .parameter
        }
        while offset < text.count, Self.isNamePart(text[offset]), text[offset] != UInt8(ascii: "$") { offset += 1 }
        guard peek(0) == UInt8(ascii: "$") else {
            offset = start + 1
            return .symbol(UInt8(ascii: "$"))
        }
        offset += 1
        let tag = start..<offset
        while offset < text.count {
            if text[offset] == UInt8(ascii: "$"), text.count - offset >= tag.count,
               text[offset..<offset + tag.count].elementsEqual(text[tag]) {
                offset += tag.count
                return .literal
            }
            offset += 1
        }
        return .literal
    }

    /// A name, or the prefix of a string: E'…' escapes by backslash, B'', X'', N'' and U&'' do not.
    private mutating func word() -> Token {
        let start = offset
        // Counted apart from `offset`, so that it stays in a register: most of a text is words.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325, end = start
        while end < text.count {
            let letter = vocabulary.letter(text[end])
            if letter == 0 { break }
            hash = Self.mix(hash, letter)
            end += 1
        }
        offset = end
        let first = text[start] | 0x20
        if offset - start == 1 {
            if peek(0) == UInt8(ascii: "'"), "ebxn".utf8.contains(first) {
                let escapes = escapes || first == UInt8(ascii: "e")
                repeat { skipString(escapes: escapes) } while skipToContinuation()
                return .literal
            }
            if first == UInt8(ascii: "u"), peek(0) == UInt8(ascii: "&") {
                if peek(1) == UInt8(ascii: "'") {
                    offset += 1
                    skipString(escapes: false)
                    return .literal
                }
                if peek(1) == UInt8(ascii: "\"") {
                    offset += 1
                    sawEscapedName = true
                    return quoted()
                }
            }
        }
        return .word(vocabulary[hash], range: start..<offset)
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
    private static func isNameStart(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 || byte == 0x5F || byte >= 0x80 }
    private static func isNamePart(_ byte: UInt8) -> Bool { isNameStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$") }
}

extension UnsafeRawBufferPointer {
    /// Where `byte` stands first at or behind `start`; nil where it does not. Eight bytes at a time.
    func offset(of byte: UInt8, from start: Int) -> Int? {
        let ones: UInt64 = 0x0101_0101_0101_0101, highs: UInt64 = 0x8080_8080_8080_8080
        let pattern = ones &* UInt64(byte)
        var offset = start
        while offset + 8 <= count {
            // A byte that is equal becomes zero, and a borrow from the lowest zero is the first to reach its high bit.
            let differences = word(at: offset) ^ pattern
            let found = (differences &- ones) & ~differences & highs
            if found != 0 { return offset + found.trailingZeroBitCount / 8 }
            offset += 8
        }
        while offset < count {
            if self[offset] == byte { return offset }
            offset += 1
        }
        return nil
    }
}
