/// Where and as whom to connect for control purposes.
package struct ConnectionTarget: Hashable, Sendable {
    /// Name, address, or the absolute path of a socket directory.
    package let host: String
    package let port: Int
    package let user: String
    package let password: Password
    package private(set) var database: String
    /// Bound of one attempt to connect and log in.
    package let connectTimeout: Duration
    /// Where unqualified names are looked up; nil leaves it to the role and the database.
    package let searchPath: String?
    package let encryption: Encryption

    /// How libpq encrypts the connection: its own words and file names; an empty one is its default.
    package struct Encryption: Hashable, Sendable {
        package var mode = "prefer"
        package var authorities = ""
        package var revocations = ""
        package var certificate = ""
        package var key = ""

        package init() {}
    }

    package init(host: String, port: Int, user: String, password: Password, database: String, connectTimeout: Duration, searchPath: String? = nil,
                 encryption: Encryption = Encryption()) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        self.connectTimeout = connectTimeout
        self.searchPath = searchPath
        self.encryption = encryption
    }

    /// The same in another database.
    package func with(database: String) -> ConnectionTarget {
        var other = self
        other.database = database
        return other
    }
}

/// A password that does not print itself. Empty: libpq looks into its password file.
package struct Password: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    let text: String
    package init(_ text: String) { self.text = text }
    package var isEmpty: Bool { text.isEmpty }
    /// For the environment of one of PostgreSQL's own programs, and nowhere else.
    package var forProgram: String { text }
    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
