internal import PostgresWire

/// `WAIT_CLOSE`: waits for what RECONNECT has begun.
enum WaitCloseCommand {
    static let command = AdminCommand(name: "WAIT_CLOSE", argument: .databaseOrNothing,
                                      meaning: "returns when every backend that RECONNECT is to replace is closed") { hands, database async throws(ErrorMessage) in
        if let database { try await NamedDatabase(database, hands).mustBeKnown() }
        while await hands.backendCount(of: database, stale: true) > 0 {
            try AdminCommand.checkCancelled()
            await hands.pause()
        }
        return []
    }
}
