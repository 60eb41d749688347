/// A type and its values in words, for messages and documents.
extension ParameterType {
    /// What is expected, in full; follows `… takes`.
    package var expectation: String {
        switch self {
        case .boolean: "on or off"
        case .integer: "a whole number " + bounds
        case .real: "a number " + bounds
        case .string: "a text"
        case .secret: "a password, plain or behind TEXT (AES and md5 forms cannot be read in this version; one that begins so stands behind TEXT)"
        case .list: "a list with commas"
        case .choice, .flags: bounds
        case .duration(_, let unit): "a time \(bounds) (units us, ms, s, min, h, d; without one it counts \(unit.rawValue))"
        case .bytes(_, let unit): "a size \(bounds) (units B, kB, MB, GB, TB; without one it counts \(unit == 1 ? "bytes" : Quantity.text(bytes: unit)))"
        case .mode: "a file mode in octal, 0000 to 0777"
        }
    }

    /// What limits a value, in short; the kind alone where nothing does.
    package var summary: String {
        switch self {
        case .boolean, .mode, .list, .choice, .flags: expectation
        case .string: "text"
        case .secret: "secret"
        case .integer, .real: bounds
        case .duration(_, let unit): "\(bounds); a bare number counts \(unit.rawValue)"
        case .bytes(_, let unit): "\(bounds); a bare number counts \(unit == 1 ? "bytes" : Quantity.text(bytes: unit))"
        }
    }

    /// A value as it can be written in a file, before quoting; a secret is not told.
    func text(of value: ParameterValue) -> String {
        switch value {
        case .boolean(let value): value ? "on" : "off"
        case .integer(let value):
            switch self {
            case .mode: octal(value)
            case .bytes: Quantity.text(bytes: value)
            default: String(value)
            }
        case .real(let value): Self.text(value)
        case .string(let value): value
        case .secret(let value): value.isEmpty ? "" : value.description
        case .list(let words): words.joined(separator: isFlags ? "|" : ", ")
        case .duration(let value): Quantity.text(value)
        }
    }

    private var isFlags: Bool { if case .flags = self { true } else { false } }

    private var bounds: String {
        switch self {
        case .integer(let bounds): "from \(bounds.lowerBound) to \(bounds.upperBound)"
        case .real(let bounds): "from \(Self.text(bounds.lowerBound)) to \(Self.text(bounds.upperBound))"
        case .duration(let bounds, _): "from \(Quantity.text(bounds.lowerBound)) to \(Quantity.text(bounds.upperBound))"
        case .bytes(let bounds, _): "from \(Quantity.text(bytes: bounds.lowerBound)) to \(Quantity.text(bytes: bounds.upperBound))"
        case .choice(let words, _): "one of " + words.joined(separator: ", ")
        case .flags(let words, _): "one or more of " + words.joined(separator: ", ") + ", with | between them"
        case .boolean, .string, .secret, .list, .mode: ""
        }
    }

    /// Without a fraction where there is none.
    private static func text(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int(value)) : String(value)
    }
}
