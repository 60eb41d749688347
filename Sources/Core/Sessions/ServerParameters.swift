package import PostgresWire

/// The parameters a node reported, in the order of their first report.
package struct ServerParameters: Hashable, Sendable {
    package private(set) var values: [StartupMessage.Parameter] = []
    /// How texts are to be read by them.
    private(set) var reading = TextReading()

    package init() {}

    package subscript(name: String) -> String? { values.first { $0.name == name }?.value }

    /// Notes what the server reported last.
    package mutating func set(_ name: String, to value: String) {
        let parameter = StartupMessage.Parameter(name, value)
        if let index = values.firstIndex(where: { $0.name == name }) { values[index] = parameter } else { values.append(parameter) }
        reading.note(parameter)
    }

    /// Reads the body of a ParameterStatus, and returns the parameter's name.
    @discardableResult
    package mutating func read(_ body: UnsafeRawBufferPointer) throws(WireViolation) -> String {
        var reader = FieldReader(body, of: "ParameterStatus")
        let name = try reader.string()
        set(name, to: try reader.string())
        try reader.end()
        return name
    }

    /// The node says that it is a standby (from PostgreSQL 14 on; older ones do not say).
    package var isStandby: Bool { self["in_hot_standby"] == "on" }

    /// What a client cannot set.
    static let fixed: Set<String> = [
        "server_version", "server_encoding", "integer_datetimes", "is_superuser", "session_authorization", "in_hot_standby",
    ]

    /// ParameterStatus messages for everything that differs from what was reported before.
    package func differences(from before: ServerParameters) -> [UInt8] {
        var writer = MessageWriter()
        for parameter in values where before[parameter.name] != parameter.value {
            writer.parameterStatus(parameter.name, parameter.value)
        }
        return writer.bytes
    }
}

/// How the text of a statement is to be read, from what the node reported; asked for every statement, so kept ready.
struct TextReading: Hashable, Sendable {
    /// Strings take backslash escapes without being marked.
    private(set) var escapesByBackslash = false
    /// Every byte below 0x80 stands for itself: true for UTF-8 and all encodings that a server may use, not for a
    /// few that only clients use.
    private(set) var isReadable = true

    private static let unreadable: Set<String> = ["SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB"]

    /// What the node reported last.
    mutating func note(_ parameter: StartupMessage.Parameter) {
        switch parameter.name {
        case "standard_conforming_strings": escapesByBackslash = parameter.value == "off"
        case "client_encoding": isReadable = !Self.unreadable.contains(parameter.value.uppercased())
        default: break // The others do not say how a text is read.
        }
    }
}
