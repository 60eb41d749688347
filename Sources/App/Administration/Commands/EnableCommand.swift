internal import PostgresWire
internal import Proxying

/// `ENABLE`: the end of `DISABLE`.
enum EnableCommand {
    static let command = AdminCommand(name: "ENABLE", argument: .database, meaning: "lets new logins to the database in again") { hands, database async throws(ErrorMessage) in
        guard let database else { preconditionFailure("ENABLE without its argument") }
        try NamedDatabase.mustBe(database, among: await hands.service().disabledDatabases, "disabled")
        _ = await hands.perform(.enable(database))
        return []
    }
}
