internal import PostgresWire
internal import Proxying

/// `PAUSE`: statements wait, and every backend is closed as it becomes free.
enum PauseCommand {
    static let command = AdminCommand(
        name: "PAUSE", argument: .databaseOrNothing,
        meaning: "has statements wait from their next transaction on, and returns when the last backend is closed; sessions that keep theirs must end first. A cancel ends the waiting, not the pause"
    ) { hands, database async throws(ErrorMessage) in
        let notices = if let database { await NamedDatabase(database, hands).notices } else { [String]() }
        _ = await hands.perform(.pause(database))
        try await waitUntilClosed(database, hands)
        return notices
    }

    /// Somebody else's RESUME ends the waiting too.
    static func waitUntilClosed(_ database: String?, _ hands: any AdminHands) async throws(ErrorMessage) {
        while await hands.backendCount(of: database, stale: false) > 0 {
            try AdminCommand.checkCancelled()
            let service = await hands.service()
            guard database.map(service.isPaused) ?? service.isPaused else {
                throw ErrorMessage(.error, .objectNotInPrerequisiteState, "RESUME came before the last backend was closed")
            }
            await hands.pause()
        }
    }
}
