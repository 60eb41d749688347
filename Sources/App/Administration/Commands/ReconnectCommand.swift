internal import PostgresWire
internal import Proxying

/// `RECONNECT`: backends are replaced as they become free.
enum ReconnectCommand {
    static let command = AdminCommand(name: "RECONNECT", argument: .databaseOrNothing,
                                      meaning: "closes every backend that is open now as soon as nobody has it; WAIT_CLOSE waits for the last") { hands, database async throws(ErrorMessage) in
        if let database { try await NamedDatabase(database, hands).mustBeKnown() }
        _ = await hands.perform(.reconnect(database))
        return []
    }
}
