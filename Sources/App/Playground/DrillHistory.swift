/// What happened to every write of a drill, and what follows from it. Times in milliseconds since the drill began.
struct DrillHistory {
    struct Acknowledgement: Hashable {
        var id: Int
        var at: Double
        /// Which server wrote it: its port and when it was started, so that a restarted one is another.
        var server: String
    }

    var began: Double
    var ended: Double
    /// Nil until the fault is injected.
    var faultAt: Double?
    /// The server that wrote before the fault.
    var firstServer: String
    /// Whether there was a standby that could take over.
    var canRecover: Bool
    var acknowledgements: [Acknowledgement] = []
    /// SQLSTATEs of statements that were answered with an error.
    var errors: [String] = []
    var lostConnections = 0
    var lostIdleConnections = 0
    var unanswered = 0

    /// How long after the fault the old server must still write for "writes never stopped".
    private static let uninterrupted = 1000.0

    /// `stored`: the ids in the table of the surviving primary; nil when there is no single node to ask.
    func report(stored: Set<Int>?) -> DrillReport {
        let acknowledged = Set(acknowledgements.map(\.id)), time = timeToFirstWrite
        let missing = stored.map { acknowledged.subtracting($0).count }
        return DrillReport(
            time_to_first_write_ms: time.map(rounded), longest_stall_ms: rounded(longestStall), errors: errors.count,
            errors_by_sqlstate: Dictionary(errors.map { ($0, 1) }, uniquingKeysWith: +), lost_connections: lostConnections + lostIdleConnections,
            lost_idle_connections: lostIdleConnections, unanswered_statements: unanswered, acknowledged_writes: acknowledged.count,
            lost_acknowledged_writes: missing, verdict: verdict(time, missing), phases: [])
    }

    private func verdict(_ time: Double?, _ missing: Int?) -> DrillReport.Verdict {
        if let missing, missing > 0 { return .failed }
        guard let time else { return canRecover ? .failed : .blocked }
        // Writes are answered, yet no node, or more than one, says it is the primary.
        guard missing != nil else { return .failed }
        return time == 0 ? .uninterrupted : .recovered
    }

    /// From the fault to the first write by another server; 0 when the old one wrote on, nil when nobody did.
    private var timeToFirstWrite: Double? {
        guard let faultAt else { return 0 }
        if let first = acknowledgements.filter({ $0.at > faultAt && $0.server != firstServer }).map(\.at).min() { return first - faultAt }
        return acknowledgements.contains { $0.at > faultAt + Self.uninterrupted } ? 0 : nil
    }

    private var longestStall: Double {
        let times = [began] + acknowledgements.map(\.at).sorted() + [ended]
        return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
    }

    private func rounded(_ milliseconds: Double) -> Double { (milliseconds * 10).rounded() / 10 }
}
