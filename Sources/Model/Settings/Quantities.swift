/// PostgreSQL's units of time.
package enum TimeUnit: String, Sendable, CaseIterable {
    case microseconds = "us", milliseconds = "ms", seconds = "s", minutes = "min", hours = "h", days = "d"

    var inMicroseconds: Int {
        switch self {
        case .microseconds: 1
        case .milliseconds: 1000
        case .seconds: 1_000_000
        case .minutes: 60_000_000
        case .hours: 3_600_000_000
        case .days: 86_400_000_000
        }
    }
}

/// Numbers with a unit, from and to a file's text.
enum Quantity {
    private static let byteUnits = [(name: "TB", bytes: 1 << 40), (name: "GB", bytes: 1 << 30), (name: "MB", bytes: 1 << 20), (name: "kB", bytes: 1 << 10), (name: "B", bytes: 1)]

    /// A time, to the microsecond; nil for what is none. A time above zero never becomes zero, which often means "off".
    static func duration(_ text: String, bare unit: TimeUnit) -> Duration? {
        guard let (number, suffix) = split(text), let factor = suffix.isEmpty ? unit : TimeUnit(rawValue: suffix) else { return nil }
        let microseconds = (number * Double(factor.inMicroseconds)).rounded()
        guard microseconds.magnitude < 1e18, number == 0 || microseconds != 0 else { return nil }
        return .microseconds(Int64(microseconds))
    }

    /// A number of bytes; nil for what is none.
    static func bytes(_ text: String, bare unit: Int) -> Int? {
        guard let (number, suffix) = split(text), let factor = suffix.isEmpty ? unit : byteUnits.first(where: { $0.name == suffix })?.bytes else { return nil }
        let bytes = number * Double(factor)
        return bytes.magnitude < 9e18 ? Int(bytes) : nil
    }

    /// A whole number as PostgreSQL reads it: `0x` begins a hexadecimal one, `0` an octal one.
    static func integer(_ text: String) -> Int? {
        let digits = text.drop { $0 == "-" || $0 == "+" }, sign = text.prefix(text.count - digits.count)
        let isHexadecimal = digits.lowercased().hasPrefix("0x")
        let body = isHexadecimal ? digits.dropFirst(2) : digits
        guard sign.count <= 1, body.first?.isHexDigit == true else { return nil }
        return Int(sign + body, radix: isHexadecimal ? 16 : digits.count > 1 && digits.first == "0" ? 8 : 10)
    }

    /// In the largest unit that keeps it whole.
    static func text(_ duration: Duration) -> String {
        let microseconds = Int(duration / .microseconds(1))
        if microseconds == 0 { return "0" }
        let unit = TimeUnit.allCases.last { microseconds % $0.inMicroseconds == 0 } ?? .microseconds
        return "\(microseconds / unit.inMicroseconds)\(unit.rawValue)"
    }

    /// In the largest unit that keeps it whole.
    static func text(bytes: Int) -> String {
        guard bytes != 0, let unit = byteUnits.first(where: { bytes % $0.bytes == 0 }) else { return "0" }
        return "\(bytes / unit.bytes)\(unit.name)"
    }

    /// A number and the unit behind it, with or without blanks between them.
    private static func split(_ text: String) -> (number: Double, unit: String)? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
        return Double(digits).map { ($0, text.dropFirst(digits.count).trimmed) }
    }
}

extension StringProtocol {
    /// Without blanks and tabs around it.
    var trimmed: String {
        var rest = self[...]
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return String(rest)
    }
}
