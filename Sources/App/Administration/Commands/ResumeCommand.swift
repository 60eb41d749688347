internal import PostgresWire
internal import Proxying

/// `RESUME`: what waits goes on.
enum ResumeCommand {
    static let command = AdminCommand(name: "RESUME", argument: .databaseOrNothing,
                                      meaning: "has what waits since PAUSE or KILL go on; without a name for every database") { hands, database async throws(ErrorMessage) in
        if let database { try check(database, await hands.service()) }
        _ = await hands.perform(.resume(database))
        return []
    }

    /// One database does not go on by itself while all are paused.
    private static func check(_ database: String, _ service: ProxyReport.Service) throws(ErrorMessage) {
        if service.isPaused { throw ErrorMessage(.error, .objectNotInPrerequisiteState, "every database is paused: nothing was done", hint: "RESUME without a name has all of them go on.") }
        try NamedDatabase.mustBe(database, among: service.pausedDatabases, "paused")
    }
}
