/// What came of cutting one node off from the server its WAL comes from, so that its position stays what it is.
///
/// While enough standbys are sealed, a primary that only we cannot reach can have no commit confirmed any more.
package enum Seal: Hashable, Sendable {
    /// Nothing is received any more, and all that was received is known.
    case sealed
    /// This node cannot be sealed. Its position counts because the gate is closed, which holds for clients of the proxy alone.
    case impossible(reason: String)
    /// Not yet; to be tried again. `reason` follows the node's name in a sentence.
    case pending(reason: String)

    /// Whether what the node says of its position may be compared.
    package var isEvidence: Bool {
        switch self {
        case .sealed, .impossible: true
        case .pending: false
        }
    }
}
