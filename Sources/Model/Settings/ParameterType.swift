/// What a parameter's text may be.
package enum ParameterType: Sendable {
    case boolean
    case integer(ClosedRange<Int>)
    case real(ClosedRange<Double>)
    case string
    case secret
    case list
    /// One of the words; a synonym means the word it stands beside.
    case choice([String], synonyms: [String: String])
    /// Some of the words; unsupported ones are taken and have no effect.
    case flags([String], unsupported: [String])
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
    case secret(Secret)
    case list([String])
    case duration(Duration)
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
        case .integer(let bounds): Quantity.integer(text).flatMap { bounds.contains($0) ? .integer($0) : nil }
        case .real(let bounds): Double(text).flatMap { bounds.contains($0) ? .real($0) : nil }
        case .string: .string(text)
        case .secret: Secret.isUnreadable(text) ? nil : .secret(Secret(text))
        case .list: .list(Self.words(text, separators: ","))
        case .choice(let words, let synonyms): (words.first { $0 == text.lowercased() } ?? synonyms[text.lowercased()]).map(ParameterValue.string)
        case .flags(let words, let unsupported): Self.flags(text, words, unsupported)
        case .duration(let bounds, let unit): Quantity.duration(text, bare: unit).flatMap { bounds.contains($0) ? .duration($0) : nil }
        case .bytes(let bounds, let unit): Quantity.bytes(text, bare: unit).flatMap { bounds.contains($0) ? .integer($0) : nil }
        case .mode: Self.mode(text).map(ParameterValue.integer)
        }
    }

    /// The words of a value that `parse` takes and leaves out.
    func unsupportedWords(in text: String) -> [String] {
        guard case .flags(_, let unsupported) = self else { return [] }
        return Self.words(text.uppercased(), separators: "|,").filter(unsupported.contains)
    }

    /// Any beginning that is no other's, as in PostgreSQL: `t`, `tr`, `of`, but not `o`.
    private static func boolean(_ text: String) -> Bool? {
        let text = text.lowercased()
        if text == "1" || (!text.isEmpty && ("true".hasPrefix(text) || "yes".hasPrefix(text))) || text == "on" { return true }
        if text == "0" || (!text.isEmpty && ("false".hasPrefix(text) || "no".hasPrefix(text))) || text == "off" || text == "of" { return false }
        return nil
    }

    /// Octal with its leading 0: without it pgpool would read a decimal number, and the modes would differ unseen.
    private static func mode(_ text: String) -> Int? {
        guard text.first == "0", let mode = Quantity.integer(text), (0...0o777).contains(mode) else { return nil }
        return mode
    }

    private static func words(_ text: String, separators: String) -> [String] {
        text.split { separators.contains($0) }.map { $0.trimmed }.filter { !$0.isEmpty }
    }

    private static func flags(_ text: String, _ known: [String], _ unsupported: [String]) -> ParameterValue? {
        let words = words(text.uppercased(), separators: "|,")
        guard !words.isEmpty, words.allSatisfy({ known.contains($0) || unsupported.contains($0) }) else { return nil }
        return .list(words.filter(known.contains))
    }
}
