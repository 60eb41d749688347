/// What was found in the texts that one shard's sessions sent last, so that the same text with other numbers in it is not read again.
///
/// Two texts are alike when they differ in numbers alone: digits that follow no letter. Such digits never decide what a statement does; those of a name
/// or of a parameter may. Compared by the whole text, never by a hash alone.
struct KnownTexts {
    private struct Entry {
        var text: [UInt8] = []
        var escapesByBackslash = false
        var finding: StatementScanner.Finding?
    }

    /// A power of two. A text takes the place of another that comes to the same one.
    private static let capacity = 256
    /// Longer ones are read each time. With `capacity`, what a shard spends on this.
    static let longest = 1024

    private var entries: [Entry] = []

    /// What was found in a text like this one; nil where none is known.
    func finding(in text: UnsafeRawBufferPointer, escapesByBackslash: Bool) -> StatementScanner.Finding? {
        guard !entries.isEmpty, text.count <= Self.longest else { return nil }
        let place = Self.place(of: text)
        guard let finding = entries[place].finding, entries[place].escapesByBackslash == escapesByBackslash,
              entries[place].text.withUnsafeBytes({ Self.areAlike($0, text) }) else { return nil }
        return finding
    }

    /// Remembers what was found, in the memory of the text that was there; not what has words of the text in it.
    mutating func remember(_ finding: StatementScanner.Finding, in text: UnsafeRawBufferPointer, escapesByBackslash: Bool) {
        guard !finding.isOfItsText, text.count <= Self.longest else { return }
        if entries.isEmpty { entries = Array(repeating: Entry(), count: Self.capacity) }
        let place = Self.place(of: text)
        entries[place].text.removeAll(keepingCapacity: true)
        entries[place].text.append(contentsOf: text)
        entries[place].escapesByBackslash = escapesByBackslash
        entries[place].finding = finding
    }

    /// By the high halves of the first bytes, which are the same for all digits.
    private static func place(of text: UnsafeRawBufferPointer) -> Int {
        var hash: UInt64 = 0, offset = 0
        while offset < 40, offset + 8 <= text.count {
            hash = (hash ^ text.word(at: offset) & 0xF0F0_F0F0_F0F0_F0F0) &* 0x9E37_79B9_7F4A_7C15
            offset += 8
        }
        if offset == 0 { for byte in text { hash = (hash ^ UInt64(byte & 0xF0)) &* 0x9E37_79B9_7F4A_7C15 } }
        return Int(truncatingIfNeeded: hash >> 56) & (capacity - 1)
    }

    /// Whether two texts differ in numbers alone.
    static func areAlike(_ one: UnsafeRawBufferPointer, _ other: UnsafeRawBufferPointer) -> Bool {
        var a = 0, b = 0
        while true {
            skipSame(one, &a, other, &b)
            if a == one.count, b == other.count { return true }
            // Back to where the number begins in which they differ: so far they are the same.
            while a > 0, b > 0, Lexer.isDigit(one[a - 1]), one[a - 1] == other[b - 1] { (a, b) = (a - 1, b - 1) }
            guard a < one.count, b < other.count, Lexer.isDigit(one[a]), Lexer.isDigit(other[b]), a == 0 || Lexer.letter(one[a - 1]) == 0,
                  b == 0 || Lexer.letter(other[b - 1]) == 0 else { return false }
            while a < one.count, Lexer.isDigit(one[a]) { a += 1 }
            while b < other.count, Lexer.isDigit(other[b]) { b += 1 }
            guard a < one.count, b < other.count else { return a == one.count && b == other.count }
            guard one[a] == other[b] else { return false }
        }
    }

    /// Moves both behind the bytes that they have in common, eight at a time while there are as many.
    static func skipSame(_ one: UnsafeRawBufferPointer, _ a: inout Int, _ other: UnsafeRawBufferPointer, _ b: inout Int) {
        while a + 8 <= one.count, b + 8 <= other.count {
            let difference = one.word(at: a) ^ other.word(at: b)
            let same = difference.trailingZeroBitCount / 8
            (a, b) = (a + same, b + same)
            if same < 8 { return }
        }
        while a < one.count, b < other.count, one[a] == other[b] { (a, b) = (a + 1, b + 1) }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are the same.
    func isSame(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        var same = 0, alike = 0
        KnownTexts.skipSame(self, &same, other, &alike)
        return same == count
    }

    /// Eight bytes, the first the lowest.
    func word(at offset: Int) -> UInt64 { UInt64(littleEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
}
