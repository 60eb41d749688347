/// What a parameter's text may be.
package enum ParameterType: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case real(ClosedRange<Double>)
    case string
    case list
    case choice([String])
    case flags([String])
    case duration(ClosedRange<Duration>, unit: TimeUnit)
    case bytes(ClosedRange<Int>, unit: Int)
    case mode
}

/// A parsed value; which case a type has is fixed by `ParameterType.parse`.
enum ParameterValue: Hashable, Sendable {
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case string(String)
    case list([String])
    case duration(Duration)
}

/// PostgreSQL's units of time.
package enum TimeUnit: String, Sendable, CaseIterable {
    case milliseconds = "ms", seconds = "s", minutes = "min", hours = "h", days = "d"

    var inMilliseconds: Int {
        switch self {
        case .milliseconds: 1
        case .seconds: 1000
        case .minutes: 60_000
        case .hours: 3_600_000
        case .days: 86_400_000
        }
    }
}

extension ParameterType {
    /// Why a text is not a value; follows `… takes`.
    struct Mismatch: Error { let expected: String }

    func parse(_ text: String) -> Result<ParameterValue, Mismatch> {
        guard let value = value(of: text) else { return .failure(Mismatch(expected: expectation)) }
        return .success(value)
    }

    private func value(of text: String) -> ParameterValue? {
        switch self {
        case .boolean: Self.boolean(text).map(ParameterValue.boolean)
        case .integer(let bounds): Int(text).flatMap { bounds.contains($0) ? .integer($0) : nil }
        case .real(let bounds): Double(text).flatMap { bounds.contains($0) ? .real($0) : nil }
        case .string: .string(text)
        case .list: .list(Self.words(text, separators: ","))
        case .choice(let words): words.first { $0 == text.lowercased() }.map(ParameterValue.string)
        case .flags(let words): Self.flags(text, words)
        case .duration(let bounds, let unit): Self.duration(text, bounds, unit)
        case .bytes(let bounds, let unit): Self.bytes(text, bounds, unit)
        case .mode: Int(text, radix: 8).flatMap { (0...0o777).contains($0) && !text.hasPrefix("-") ? .integer($0) : nil }
        }
    }

    /// What is expected, for people.
    package var expectation: String {
        switch self {
        case .boolean: "on or off"
        case .integer(let bounds): "a whole number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .real(let bounds): "a number from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .string: "a text"
        case .list: "a list with commas"
        case .choice(let words): "one of " + words.joined(separator: ", ")
        case .flags(let words): "one or more of " + words.joined(separator: ", ") + ", with | between them"
        case .duration(let bounds, let unit):
            "a time from \(Self.show(bounds.lowerBound)) to \(Self.show(bounds.upperBound)) (units ms, s, min, h, d; without one it counts \(unit.rawValue))"
        case .bytes(let bounds, let unit):
            "a size from \(bounds.lowerBound) to \(bounds.upperBound) bytes (units B, kB, MB, GB, TB; without one it counts \(unit == 1 ? "bytes" : "\(unit) bytes"))"
        case .mode: "a file mode in octal, 0000 to 0777"
        }
    }

    /// In one word, for tables.
    package var word: String {
        switch self {
        case .boolean: "boolean"
        case .integer: "integer"
        case .real: "number"
        case .string: "text"
        case .list: "list"
        case .choice: "choice"
        case .flags: "flags"
        case .duration: "time"
        case .bytes: "size"
        case .mode: "mode"
        }
    }

    private static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "on", "true", "yes", "1": true
        case "off", "false", "no", "0": false
        default: nil
        }
    }

    private static func words(_ text: String, separators: String) -> [String] {
        text.split { separators.contains($0) }.map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private static func flags(_ text: String, _ known: [String]) -> ParameterValue? {
        let words = words(text, separators: "|,").map { $0.uppercased() }
        return words.isEmpty || !words.allSatisfy(known.contains) ? nil : .list(words)
    }

    private static func duration(_ text: String, _ bounds: ClosedRange<Duration>, _ unit: TimeUnit) -> ParameterValue? {
        guard let (number, suffix) = split(text), let factor = suffix.isEmpty ? unit : TimeUnit(rawValue: suffix) else { return nil }
        let milliseconds = number * Double(factor.inMilliseconds)
        guard milliseconds.magnitude < 1e15 else { return nil }
        let value = Duration.milliseconds(Int64(milliseconds.rounded()))
        return bounds.contains(value) ? .duration(value) : nil
    }

    private static func bytes(_ text: String, _ bounds: ClosedRange<Int>, _ unit: Int) -> ParameterValue? {
        let units = ["": unit, "B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40]
        guard let (number, suffix) = split(text), let factor = units[suffix] else { return nil }
        let bytes = number * Double(factor)
        guard bytes.magnitude < 9e18, bounds.contains(Int(bytes)) else { return nil }
        return .integer(Int(bytes))
    }

    /// A number and the unit behind it, with or without blanks between them.
    private static func split(_ text: String) -> (number: Double, unit: String)? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-" || $0 == "+") }
        return Double(digits).map { ($0, text.dropFirst(digits.count).trimmed) }
    }

    static func show(_ duration: Duration) -> String {
        let milliseconds = Int(duration / .milliseconds(1))
        if milliseconds == 0 { return "0" }
        let unit = TimeUnit.allCases.last { milliseconds % $0.inMilliseconds == 0 } ?? .milliseconds
        return "\(milliseconds / unit.inMilliseconds)\(unit.rawValue)"
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
