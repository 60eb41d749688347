package import ClusterModel

/// What a server that answers is to the cluster, by what it says of itself.
package struct Kinship: Hashable, Sendable {
    /// What it is.
    package enum Kind: Hashable, Sendable {
        /// Nothing speaks against it.
        case member
        /// Writable, and not the primary: somebody promoted it by hand, or it is an old primary that came back.
        case stray
        /// A server of another cluster is at the node's address.
        case foreign
        /// A standby whose log has left the primary's: it can follow only after it was rewound or rebuilt.
        case diverged
    }

    package let kind: Kind
    /// Follows the node's name in a sentence, and says nothing that changes from look to look; empty for a member.
    package let reason: String

    /// Up to where its log and the primary's are the same, where one has left the other and both are known.
    package let fork: LogSequenceNumber?

    private init(_ kind: Kind, _ reason: String, fork: LogSequenceNumber? = nil) {
        self.kind = kind
        self.reason = reason
        self.fork = fork
    }

    package static let member = Kinship(.member, "")

    /// Judges a node that is not the open primary. `primary`: the open one's name and what was seen of it last; nil while there is none.
    package init(of seen: NodeObservation, in state: ClusterState, primary: (name: String, seen: NodeObservation)?) {
        if let identifier = state.systemIdentifier, seen.systemIdentifier != identifier {
            self = Kinship(.foreign, "answers as a server of another cluster: its system identifier is \(seen.systemIdentifier), ours \(identifier)")
            return
        }
        // What was seen of a standby before it was promoted says nothing about the log it writes now.
        let primary = primary.flatMap { $0.seen.role == .primary && $0.seen.timeline == state.timeline ? $0 : nil }
        switch seen.role {
        case .primary:
            let reason = "is writable, but it is not the primary of epoch \(state.epoch)"
            guard let primary, let fork = Self.fork(seen, primary.seen) else {
                self = Kinship(.stray, reason)
                return
            }
            self = Kinship(.stray, "\(reason): it is on timeline \(seen.timeline), and its log left \(primary.name)'s at \(fork)", fork: fork)
        case .standby:
            guard let primary, let fork = Self.divergence(seen, primary.seen) else {
                self = .member
                return
            }
            self = Kinship(.diverged, "has diverged: it is on timeline \(seen.timeline), and its log left \(primary.name)'s at \(fork): it must be rewound or rebuilt", fork: fork)
        }
    }

    private static func fork(_ seen: NodeObservation, _ primary: NodeObservation) -> LogSequenceNumber? {
        guard let own = primary.history, let other = seen.history else { return nil }
        return own.fork(from: other)
    }

    private static func divergence(_ seen: NodeObservation, _ primary: NodeObservation) -> LogSequenceNumber? {
        guard let own = primary.history, let other = seen.history else { return nil }
        return own.divergence(of: other, endingAt: seen.walEnd)
    }
}
