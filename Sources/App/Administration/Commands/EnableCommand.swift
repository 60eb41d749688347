internal import Proxying

/// `ENABLE`: the end of `DISABLE`.
enum EnableCommand {
    static let command = AdminCommand(name: "ENABLE", argument: .database, meaning: "lets new logins to the database in again") { hands, database in
        _ = await hands.perform(.enable(database ?? ""))
        return []
    }
}
