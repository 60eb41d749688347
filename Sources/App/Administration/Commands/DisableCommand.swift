internal import Proxying

/// `DISABLE`: nobody new gets in.
enum DisableCommand {
    static let command = AdminCommand(name: "DISABLE", argument: .database, meaning: "refuses new logins to the database") { hands, database in
        guard let database else { preconditionFailure("DISABLE without its argument") }
        let notices = await NamedDatabase(database, hands).notices
        _ = await hands.perform(.disable(database))
        return notices
    }
}
