/// A Lua file as its words: enough to look at a hook without running it.
///
/// Source: Lua 5.4 reference manual, section 3.1.
struct LuaToken: Hashable, Sendable {
    enum Kind: Sendable { case name, keyword, string, number, symbol }

    let kind: Kind
    /// A string's is what stands between its quotes, escapes as they were written.
    let text: String
    let line: Int

    func `is`(_ symbol: String) -> Bool { (kind == .symbol || kind == .keyword) && text == symbol }
    func isName(_ name: String) -> Bool { kind == .name && text == name }
}

/// Reads tokens one after the other. A file that Lua itself refuses gives what could be read: its own message is better.
struct LuaTokens {
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    private(set) var tokens: [LuaToken] = []

    static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil", "not", "or", "repeat", "return", "then",
        "true", "until", "while",
    ]
    /// The longest first.
    private static let symbols = ["...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>"].map { Array($0.utf8) }

    init(_ text: String) {
        bytes = Array(text.utf8)
        while at < bytes.count { readOne() }
    }

    private func peek(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private mutating func readOne() {
        let byte = peek()
        switch byte {
        case UInt8(ascii: "\n"):
            line += 1
            at += 1
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): at += 1
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): skipComment()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): readString(byte)
        case UInt8(ascii: "["):
            if let level = longBracket(at) { readLong(level, keeps: true) } else { add(.symbol, 1) }
        case _ where Self.isLetter(byte): readName()
        case _ where Self.isDigit(byte) || (byte == UInt8(ascii: ".") && Self.isDigit(peek(1))): readNumber()
        default: add(.symbol, Self.symbols.first { bytes[at...].starts(with: $0) }?.count ?? 1)
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")) }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private mutating func add(_ kind: LuaToken.Kind, _ count: Int) {
        tokens.append(LuaToken(kind: kind, text: String(decoding: bytes[at..<at + count], as: UTF8.self), line: line))
        at += count
    }

    private mutating func readName() {
        let count = bytes[at...].prefix { Self.isLetter($0) || Self.isDigit($0) }.count
        let word = String(decoding: bytes[at..<at + count], as: UTF8.self)
        add(Self.keywords.contains(word) ? .keyword : .name, count)
    }

    /// Its digits do not matter here, only where it ends; the sign of an exponent is part of it.
    private mutating func readNumber() {
        var count = 0
        let isHexadecimal = peek() == UInt8(ascii: "0") && peek(1) | 0x20 == UInt8(ascii: "x")
        let exponent = UInt8(ascii: isHexadecimal ? "p" : "e")
        while at + count < bytes.count {
            let byte = peek(count), isSign = byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
            guard Self.isLetter(byte) || Self.isDigit(byte) || byte == UInt8(ascii: ".") || (isSign && count > 0 && peek(count - 1) | 0x20 == exponent) else { break }
            count += 1
        }
        add(.number, count)
    }

    private mutating func readString(_ quote: UInt8) {
        let begin = at + 1, first = line
        at = begin
        while at < bytes.count, peek() != quote {
            if peek() == UInt8(ascii: "\n") { line += 1 }
            at += peek() == UInt8(ascii: "\\") ? 2 : 1
        }
        let end = min(at, bytes.count)
        tokens.append(LuaToken(kind: .string, text: String(decoding: bytes[min(begin, end)..<end], as: UTF8.self), line: first))
        at = end + 1
    }

    /// How many `=` stand in a long bracket that opens here; nil when none does.
    private func longBracket(_ place: Int) -> Int? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "[") else { return nil }
        let level = bytes[(place + 1)...].prefix { $0 == UInt8(ascii: "=") }.count
        let next = place + 1 + level
        return next < bytes.count && bytes[next] == UInt8(ascii: "[") ? level : nil
    }

    private mutating func readLong(_ level: Int, keeps: Bool) {
        let begin = at + level + 2, first = line
        let closing = [UInt8(ascii: "]")] + [UInt8](repeating: UInt8(ascii: "="), count: level) + [UInt8(ascii: "]")]
        at = begin
        while at < bytes.count, !bytes[at...].starts(with: closing) {
            if peek() == UInt8(ascii: "\n") { line += 1 }
            at += 1
        }
        if keeps { tokens.append(LuaToken(kind: .string, text: String(decoding: bytes[min(begin, at)..<at], as: UTF8.self), line: first)) }
        at = min(at + closing.count, bytes.count)
    }

    private mutating func skipComment() {
        at += 2
        if let level = longBracket(at) { return readLong(level, keeps: false) }
        while at < bytes.count, peek() != UInt8(ascii: "\n") { at += 1 }
    }
}
