package import PostgresWire
package import Proxying

/// A command of administrators: declared once, and from that parsed, carried out and documented.
struct AdminCommand: Sendable {
    /// What stands behind its name.
    enum Argument: Sendable {
        case nothing
        case database
        /// nil is every one.
        case databaseOrNothing
        case client
        case oneOf([String])

        var synopsis: String {
            switch self {
            case .nothing: ""
            case .database: " database"
            case .databaseOrNothing: " [database]"
            case .client: " id"
            case .oneOf(let words): " [" + words.joined(separator: " | ") + "]"
            }
        }
    }

    /// In capital letters.
    let name: String
    let argument: Argument
    let meaning: String
    /// Returns what is to be said beside its name.
    let run: @Sendable (any AdminHands, String?) async throws(ErrorMessage) -> [String]

    var synopsis: String { name + argument.synopsis }

    /// Throws when the waiting was given up.
    static func checkCancelled() throws(ErrorMessage) {
        if Task.isCancelled { throw ErrorMessage(.error, .queryCanceled, "canceling statement due to user request") }
    }
}

/// What commands act by.
package protocol AdminHands: Sendable {
    /// Has the shards do something; returns how many connections ended by it at once.
    func perform(_ operation: ProxyOperation) async -> Int
    /// Backends of a database (nil: of all); with `stale` only those that RECONNECT has marked.
    func backendCount(of database: String?, stale: Bool) async -> Int
    /// What commands have switched so far.
    func service() async -> ProxyReport.Service
    /// The databases in use, and those that the configuration or a command names.
    func databases() async -> Set<String>
    /// A moment, between two looks at something that is waited for.
    func pause() async
    /// Takes the configuration over; returns notices, or throws what is wrong with it.
    func reload() async throws(ErrorMessage) -> [String]
    /// Ends the daemon. Returns at once.
    func shutDown(_ mode: ProxyStopMode)
}
