/// Who wants to log in, to what, and with which settings.
package struct StartupMessage: Hashable, Sendable {
    /// A run-time parameter as it was given.
    package struct Parameter: Hashable, Sendable {
        package let name: String
        package let value: String
        package init(_ name: String, _ value: String) { self.name = name; self.value = value }
    }

    /// The newest minor version that is spoken with a client.
    package static let newestMinor = 2

    /// The minor version asked for.
    package let minor: Int
    package let user: String
    /// As given, else the user's name.
    package let database: String
    /// Everything else in its order, without protocol options.
    package let parameters: [Parameter]
    /// The names of the `_pq_.` options, each once: none of them is known.
    package let protocolOptions: [String]

    package init(user: String, database: String, parameters: [Parameter] = [], minor: Int = 0, protocolOptions: [String] = []) {
        self.user = user
        self.database = database
        self.parameters = parameters
        self.minor = minor
        self.protocolOptions = protocolOptions
    }

    init(minor: Int, _ reader: inout FieldReader) throws(WireViolation) {
        var user = "", database = ""
        var parameters: [Parameter] = [], options: [String] = []
        while true {
            let name = try reader.string()
            if name.isEmpty { break }
            let value = try reader.string()
            switch name {
            case "user": user = value
            case "database": database = value
            case _ where name.hasPrefix("_pq_."): if !options.contains(name) { options.append(name) }
            default: parameters.append(Parameter(name, value))
            }
        }
        try reader.end()
        guard !user.isEmpty else { throw .malformed("startup packet: no PostgreSQL user name is specified in it") }
        self.init(user: user, database: database.isEmpty ? user : database, parameters: parameters, minor: minor, protocolOptions: options)
    }

    /// The minor version that is spoken with this client.
    package var spokenMinor: Int { min(minor, Self.newestMinor) }

    /// From protocol 3.2 on a client takes a secret of more than four bytes.
    package var takesLongKey: Bool { spokenMinor >= 2 }

    /// Whether the client must be told which version and options are spoken.
    package var needsNegotiation: Bool { minor > Self.newestMinor || !protocolOptions.isEmpty }

    /// The last value of a parameter.
    package subscript(name: String) -> String? { parameters.last { $0.name == name }?.value }

    /// Whether a walsender is asked for: the values that PostgreSQL takes for true, and `database`.
    package var isReplication: Bool {
        guard let value = self["replication"]?.lowercased() else { return false }
        return !["false", "off", "no", "0", "f", "n"].contains(value)
    }

    /// The packet for a node: protocol 3.0 and no protocol options.
    package var packet: [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(3 << 16)
            for parameter in [Parameter("user", user), Parameter("database", database)] + parameters {
                body.string(parameter.name)
                body.string(parameter.value)
            }
            body.byte(0)
        }
        return writer.bytes
    }
}
