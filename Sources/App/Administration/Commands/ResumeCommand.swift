internal import Proxying

/// `RESUME`: what waits goes on.
enum ResumeCommand {
    static let command = AdminCommand(name: "RESUME", argument: .databaseOrNothing,
                                      meaning: "has what waits since PAUSE or KILL go on; without a name for every database") { hands, database in
        _ = await hands.perform(.resume(database))
        return []
    }
}
