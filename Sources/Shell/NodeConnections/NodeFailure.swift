/// Why a node did not do what it was asked. No case carries a secret.
package enum NodeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing listens there.
    case refused(String)
    /// There is no way to the node: no address, no route.
    case unreachable(String)
    /// No answer within the deadline.
    case timedOut(String)
    /// The server answered the login with an error.
    case rejected(sqlState: String, message: String)
    /// The connection broke while it was in use, a login included.
    case lost(String)
    /// The statement failed. `isFatal`: and the server closed the connection.
    case sql(sqlState: String, message: String, isFatal: Bool)
    /// This process could not try (no descriptor left, for instance): nothing is known about the node.
    case unable(String)
    /// The task was cancelled; what was sent may have been done.
    case cancelled

    /// Follows the node's name in a sentence.
    package var description: String {
        switch self {
        case .refused(let words): "refuses connections: \(words)"
        case .unreachable(let words): "cannot be reached: \(words)"
        case .timedOut(let what): "did not answer: \(what)"
        case .rejected(let state, let message): "rejects our login: \(message) (\(state))"
        case .lost(let words): "lost the connection: \(words)"
        case .sql(let state, let message, _): "failed: \(message) (\(state))"
        case .unable(let words): "could not be asked: \(words)"
        case .cancelled: "was not waited for: the request was cancelled"
        }
    }

    /// What several addresses of one node say together: the one that proves most life. A refusal stands only where no
    /// other address might still have a server behind it.
    static func together(_ failures: [NodeFailure]) -> NodeFailure? { failures.max { $0.life < $1.life } }

    private var life: Int {
        switch self {
        case .cancelled: 7
        case .sql: 6
        case .rejected: 5
        case .lost: 4
        case .timedOut: 3
        case .refused: 2
        // An address family without a route says nothing beside an address that was reached.
        case .unreachable: 1
        case .unable: 0
        }
    }
}
