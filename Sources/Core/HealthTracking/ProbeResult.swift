package import ClusterModel

/// What one probe found, sorted by what it proves.
package enum ProbeResult: Hashable, Sendable {
    /// The server told what it is. `remark` says what it would not tell, and what to do about it; empty when it told all.
    case answered(NodeObservation, remark: String)
    /// The server lives but does not let the probe look (wrong password, too many clients, a missing right).
    case alive(reason: String)
    /// The server lives but accepts nobody: starting up, shutting down, in crash recovery (57P03).
    case notReady(reason: String)
    /// An explicit no: nothing listens there.
    case refused(reason: String)
    /// Something took the connection and dropped it before it answered.
    case broken(reason: String)
    /// No answer in time, or no way there.
    case silent(reason: String)
    /// The look failed on our side (no descriptor left, cancelled): it proves nothing about the node.
    case unable(reason: String)

    /// Follows the node's name in a sentence; empty when there is nothing to say.
    package var reason: String {
        switch self {
        case .answered(_, let remark): remark
        case .alive(let reason), .notReady(let reason), .refused(let reason), .broken(let reason), .silent(let reason), .unable(let reason): reason
        }
    }
}
