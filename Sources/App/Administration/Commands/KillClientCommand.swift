internal import PostgresWire
internal import Proxying

/// `KILL_CLIENT`: ends one session.
enum KillClientCommand {
    static let command = AdminCommand(name: "KILL_CLIENT", argument: .client, meaning: "ends the session with this id of SHOW CLIENTS") { hands, id async throws(ErrorMessage) in
        guard let id, let number = UInt64(id) else {
            throw ErrorMessage(.error, .invalidParameterValue, "KILL_CLIENT takes the id of a session, a number, got \(id ?? "nothing")")
        }
        guard await hands.perform(.killFrontend(ConnectionID(number: number))) > 0 else {
            throw ErrorMessage(.error, .undefinedObject, "there is no session with the id \(number): SHOW CLIENTS has them")
        }
        return []
    }
}
