internal import PostgresWire

/// `RELOAD`: the configuration is read again.
enum ReloadCommand {
    static let command = AdminCommand(name: "RELOAD", argument: .nothing, meaning: "reads the configuration again; wholly, or with an error not at all") { hands, _ async throws(ErrorMessage) in
        try await hands.reload()
    }
}
