/// `WAIT_CLOSE`: waits for what RECONNECT has begun.
enum WaitCloseCommand {
    static let command = AdminCommand(name: "WAIT_CLOSE", argument: .databaseOrNothing,
                                      meaning: "returns when every backend that RECONNECT is to replace is closed") { hands, database in
        while await hands.backendCount(of: database, stale: true) > 0 { await hands.pause() }
        return []
    }
}
