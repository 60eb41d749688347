internal import ClusterModel
internal import Failover

/// A log that went on where nobody followed: a replaced primary's, for instance.
struct LossInquiry: Hashable, Sendable {
    let node: NodeID
    let timeline: Timeline
    /// Where the primary's log left it.
    let fork: LogSequenceNumber
}

/// What is lost with a log that left the primary's: read once, and written down before anybody rewinds it.
extension ClusterCoordinator {
    /// Has the log looked into, unless it was in this run of the daemon.
    func inquire(_ inquiry: LossInquiry) { if inquiries.known.insert(inquiry).inserted { inquiries.waiting.append(inquiry) } }

    /// The lost primary of the last failover, whose server may never answer again: its log can be read all the same.
    func inquireAfterFailover(_ primary: NodeObservation) {
        guard let lost = inquiries.owed, let left = primary.history?.ancestors.last else { return }
        inquiries.owed = nil
        inquire(LossInquiry(node: lost, timeline: left.timeline, fork: left.end))
    }

    func takeInquiries() -> [LossInquiry] {
        defer { inquiries.waiting = [] }
        return inquiries.waiting
    }

    func answer(_ inquiry: LossInquiry) async {
        guard let node = node(inquiry.node) else { return }
        switch await hands.divergedLog(of: node, on: inquiry.timeline, from: inquiry.fork) {
        case .success(let log):
            guard (log.end ?? .zero) >= inquiry.fork else { return }
            await record("lost_transactions", node: node.id, "past \(inquiry.fork) on timeline \(inquiry.timeline) \(node.name) has what the primary has not: \(log.words(since: inquiry.fork))",
                         details: Details([:], lost: log).json)
        case .failure(let silence):
            // Its host may be there again when it comes back.
            inquiries.known.remove(inquiry)
            await record("lost_transactions_unknown", node: node.id, "whether \(node.name) has what the primary has not, past \(inquiry.fork), is not known: it \(silence.reason)")
        }
    }
}

/// Which logs are to be looked into.
struct LossInquiries {
    var waiting: [LossInquiry] = []
    var known: Set<LossInquiry> = []
    /// The primary that the last failover replaced, until it is known where its log was left.
    var owed: NodeID?
}
