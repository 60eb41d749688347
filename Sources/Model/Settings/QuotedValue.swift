/// The inside of a value in single quotes: `''` is a quote, a backslash escapes as in PostgreSQL, octal escapes are bytes.
enum QuotedValue {
    /// The content, and what follows the closing quote.
    case text(String, rest: Substring)
    case unclosed
    /// The escapes make bytes that no value may have: not UTF-8, or with a NUL, which would end the value for every C library.
    case notText

    private static let quote = UInt8(ascii: "'"), backslash = UInt8(ascii: "\\")

    /// `text` begins behind the opening quote.
    init(_ text: Substring) {
        var content: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            switch byte {
            case Self.quote where rest.first == Self.quote:
                rest.removeFirst()
                content.append(byte)
            case Self.quote:
                let value = content.contains(0) ? nil : String(validating: content, as: UTF8.self)
                self = value.map { .text($0, rest: Substring(rest)) } ?? .notText
                return
            case Self.backslash:
                guard let escaped = rest.popFirst() else {
                    self = .unclosed
                    return
                }
                content.append(Self.unescaped(escaped, &rest))
            default: content.append(byte)
            }
        }
        self = .unclosed
    }

    private static func unescaped(_ byte: UInt8, _ rest: inout Substring.UTF8View) -> UInt8 {
        switch byte {
        case UInt8(ascii: "b"): return 8
        case UInt8(ascii: "t"): return 9
        case UInt8(ascii: "n"): return 10
        case UInt8(ascii: "f"): return 12
        case UInt8(ascii: "r"): return 13
        default:
            guard var value = octal(byte) else { return byte }
            for _ in 0..<2 {
                guard let digit = rest.first.flatMap(octal) else { break }
                value = value << 3 | digit
                rest.removeFirst()
            }
            return UInt8(truncatingIfNeeded: value)
        }
    }

    private static func octal(_ byte: UInt8) -> Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) ? Int(byte - UInt8(ascii: "0")) : nil
    }
}
