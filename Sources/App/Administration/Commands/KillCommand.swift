internal import Proxying

/// `KILL`: ends sessions and backends at once.
enum KillCommand {
    static let command = AdminCommand(name: "KILL", argument: .databaseOrNothing,
                                      meaning: "ends every session and backend of the database at once, or of all; who connects then waits until RESUME") { hands, database in
        let notices = if let database { await NamedDatabase(database, hands).notices } else { [String]() }
        let ended = await hands.perform(.kill(database))
        return notices + ["\(ended) connections were ended"]
    }
}
