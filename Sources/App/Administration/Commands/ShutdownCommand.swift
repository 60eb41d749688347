internal import Proxying

/// `SHUTDOWN`: the end of the daemon.
enum ShutdownCommand {
    static let waitForServers = "WAIT_FOR_SERVERS", waitForClients = "WAIT_FOR_CLIENTS"

    static let command = AdminCommand(
        name: "SHUTDOWN", argument: .oneOf([waitForServers, waitForClients]),
        meaning: "ends the daemon: at once, or when every transaction has ended (WAIT_FOR_SERVERS), or when every client has left (WAIT_FOR_CLIENTS)"
    ) { hands, word in
        hands.shutDown(word == waitForClients ? .patient : word == waitForServers ? .smart : .fast)
        return []
    }
}
