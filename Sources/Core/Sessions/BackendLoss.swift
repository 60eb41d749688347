package import PostgresWire

/// How a backend went away from under its session.
package enum BackendLoss: Hashable, Sendable {
    /// The gate closed, or another node is the primary now.
    case gateClosed
    /// The node closed or reset the connection.
    case reset
    /// The node said why before it closed: 57P01, 57P02.
    case said(ErrorMessage)
    /// The node says that it is a standby.
    case standby
    /// The node sent something that is not the protocol.
    case violation(WireViolation)

    /// For people, as the end of "the connection to the primary was lost: …".
    package var reason: String {
        switch self {
        case .gateClosed: "the primary is being replaced"
        case .reset: "the node closed the connection"
        case .said(let message): "the node said: \(message.message)"
        case .standby: "the node says that it is a standby"
        case .violation(let violation): "the node sent an \(violation)"
        }
    }
}
