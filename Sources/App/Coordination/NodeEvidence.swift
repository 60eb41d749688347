internal import ClusterModel
internal import Failover

/// What was known of a node when something was decided, as the journal keeps it.
package struct NodeEvidence: Hashable, Sendable, Codable {
    package let node: String
    /// The verdict of its probes and why, or what it answered.
    package let found: String
    package let role: String?
    package let timeline: UInt32?
    package let lsn: String?

    private init(_ node: Node, _ found: String, _ seen: NodeObservation?) {
        self.node = node.name
        self.found = found
        role = seen?.role.rawValue
        timeline = seen?.timeline.number
        lsn = seen?.walEnd.description
    }

    /// The last report of a node's prober. `last`: the furthest position that was ever seen of it, for one that shows none now.
    init(_ node: Node, _ report: NodeReport?, last: LogSequenceNumber?) {
        let found = report.map { $0.reason.isEmpty ? $0.verdict.rawValue : "\($0.verdict.rawValue): \($0.reason)" } ?? "was not looked at"
        self.init(node, found + (report?.observation == nil ? last.map { "; its log had reached \($0)" } ?? "" : ""), report?.observation)
    }

    init(_ node: Node, _ answer: Election.Answer?) {
        switch answer {
        case .success(let seen): self.init(node, seen.isReplayPaused ? "replay is paused" : "answers", seen)
        case .failure(let silence): self.init(node, silence.reason, nil)
        case nil: self.init(node, "was not asked", nil)
        }
    }
}

/// What clients noticed of a procedure.
package struct ClientCounts: Hashable, Sendable, Codable {
    /// Connected at its end.
    package var connected: Int
    /// Waited for the new primary when it opened.
    package var held: Int
    /// Were answered with an error and go on.
    package var told: Int
    /// Lost their connection.
    package var ended: Int

    package init(connected: Int, held: Int, told: Int, ended: Int) {
        self.connected = connected
        self.held = held
        self.told = told
        self.ended = ended
    }

    /// `told` and `ended` count from the start of the daemon on: here, since an earlier count.
    func since(_ earlier: ClientCounts?) -> ClientCounts {
        ClientCounts(connected: connected, held: held, told: told - (earlier?.told ?? 0), ended: ended - (earlier?.ended ?? 0))
    }

    /// For people.
    package var words: String { "\(connected) connected, \(held) of them held until the end, \(told) told of an error, \(ended) lost their connection" }
}
