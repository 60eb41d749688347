/// One configuration parameter: declared once, and from that parsed, checked, shown, rendered and documented.
package struct Parameter<Value: Sendable>: Sendable {
    package private(set) var declaration: Declaration
    let extract: @Sendable (ParameterValue) -> Value
}

/// What is known of a parameter without its Swift type.
package struct Declaration: Sendable {
    /// As written in the file; for a parameter per node without the number: `backend_hostname`.
    package let name: String
    package let type: ParameterType
    /// As it would be written in the file.
    package let defaultText: String
    package let change: Change
    package let perNode: PerNode
    /// One sentence.
    package let meaning: String
    /// Names that pgpool-II gave it in older versions; they are taken with a notice.
    package fileprivate(set) var formerNames: [String] = []

    /// Whether its value must never be printed.
    package var isSecret: Bool { if case .secret = type { true } else { false } }

    /// When a new value takes effect.
    package enum Change: String, Sendable { case reload, restart }

    /// Whether the name takes a node's number.
    package enum PerNode: Sendable {
        case never
        /// `backend_hostname0`: the number is part of the name.
        case required
        /// `health_check_period` for all, `health_check_period2` for one.
        case optional
    }
}

extension Parameter {
    /// `initial` is checked by a test to be a value of the type.
    private init(_ name: String, _ type: ParameterType, _ initial: String, _ change: Declaration.Change, perNode: Declaration.PerNode,
                 _ meaning: String, _ extract: @escaping @Sendable (ParameterValue) -> Value?) {
        declaration = Declaration(name: name, type: type, defaultText: initial, change: change, perNode: perNode, meaning: meaning)
        self.extract = { value in
            guard let extracted = extract(value) else { preconditionFailure("\(name) holds a value that is not of its type") }
            return extracted
        }
    }

    /// With names that pgpool-II gave it in older versions.
    func formerly(_ names: String...) -> Self {
        var copy = self
        copy.declaration.formerNames = names
        return copy
    }
}

extension Parameter<Bool> {
    static func boolean(_ name: String, default initial: Bool, _ change: Declaration.Change, perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .boolean, initial ? "on" : "off", change, perNode: perNode, meaning) { if case .boolean(let value) = $0 { value } else { nil } }
    }
}

extension Parameter<Int> {
    static func integer(_ name: String, _ bounds: ClosedRange<Int>, default initial: Int, _ change: Declaration.Change,
                        perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .integer(bounds), String(initial), change, perNode: perNode, meaning) { if case .integer(let value) = $0 { value } else { nil } }
    }

    /// Bytes; a bare number counts `unit` bytes.
    static func bytes(_ name: String, _ bounds: ClosedRange<Int>, unit: Int = 1, default initial: String, _ change: Declaration.Change, _ meaning: String) -> Self {
        Self(name, .bytes(bounds, unit: unit), initial, change, perNode: .never, meaning) { if case .integer(let value) = $0 { value } else { nil } }
    }

    /// A file mode, written in octal.
    static func mode(_ name: String, default initial: String, _ change: Declaration.Change, _ meaning: String) -> Self {
        Self(name, .mode, initial, change, perNode: .never, meaning) { if case .integer(let value) = $0 { value } else { nil } }
    }
}

extension Parameter<Double> {
    static func real(_ name: String, _ bounds: ClosedRange<Double>, default initial: String, _ change: Declaration.Change,
                     perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .real(bounds), initial, change, perNode: perNode, meaning) { if case .real(let value) = $0 { value } else { nil } }
    }
}

extension Parameter<String> {
    static func string(_ name: String, default initial: String = "", _ change: Declaration.Change, perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .string, initial, change, perNode: perNode, meaning) { if case .string(let value) = $0 { value } else { nil } }
    }

    /// One of `words`; `synonyms` are pgpool's words for some of them.
    static func choice(_ name: String, _ words: [String], synonyms: [String: String] = [:], default initial: String, _ change: Declaration.Change,
                       perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .choice(words, synonyms: synonyms), initial, change, perNode: perNode, meaning) { if case .string(let value) = $0 { value } else { nil } }
    }
}

extension Parameter<Secret> {
    static func secret(_ name: String, _ change: Declaration.Change, perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .secret, "", change, perNode: perNode, meaning) { if case .secret(let value) = $0 { value } else { nil } }
    }
}

extension Parameter<[String]> {
    /// Words between commas.
    static func list(_ name: String, default initial: String, _ change: Declaration.Change, _ meaning: String) -> Self {
        Self(name, .list, initial, change, perNode: .never, meaning) { if case .list(let value) = $0 { value } else { nil } }
    }

    /// Some of the given words between `|` or commas; `unsupported` words are pgpool's, taken with a notice and left out of the value.
    static func flags(_ name: String, _ words: [String], unsupported: [String], default initial: String, _ change: Declaration.Change,
                      perNode: Declaration.PerNode, _ meaning: String) -> Self {
        Self(name, .flags(words, unsupported: unsupported), initial, change, perNode: perNode, meaning) { if case .list(let value) = $0 { value } else { nil } }
    }
}

extension Parameter<Duration> {
    /// A bare number counts `unit`s, as in pgpool.
    static func duration(_ name: String, _ bounds: ClosedRange<Duration>, unit: TimeUnit, default initial: String, _ change: Declaration.Change,
                         perNode: Declaration.PerNode = .never, _ meaning: String) -> Self {
        Self(name, .duration(bounds, unit: unit), initial, change, perNode: perNode, meaning) { if case .duration(let value) = $0 { value } else { nil } }
    }
}
