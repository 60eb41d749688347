/// What a drill prints with `--json`; the keys are an interface.
package struct DrillReport: Codable, Sendable, Hashable {
    /// How the drill ended.
    package enum Verdict: String, Codable, Sendable {
        /// Writes stopped and came back.
        case recovered
        /// Writes never stopped.
        case uninterrupted
        /// Writes stopped, and rightly did not come back.
        case blocked
        /// Acknowledged writes are missing, or writes did not come back though they could have.
        case failed
    }

    /// One phase of the failover, as the daemon timed it.
    package struct Phase: Codable, Sendable, Hashable {
        package var name: String
        package var ms: Double
        package init(name: String, ms: Double) {
            self.name = name
            self.ms = ms
        }
    }

    /// From the fault to the first write acknowledged in the new epoch; 0 if writes never stopped, null if they did not come back.
    package var time_to_first_write_ms: Double?
    /// The longest time without an acknowledged write by any client.
    package var longest_stall_ms: Double
    /// Statements answered with an error.
    package var errors: Int
    /// Errors by SQLSTATE.
    package var errors_by_sqlstate: [String: Int]
    /// Client sockets that closed.
    package var lost_connections: Int
    /// Of these, clients that were idle at the fault.
    package var lost_idle_connections: Int
    package var acknowledged_writes: Int
    /// Acknowledged, and not in the table afterwards.
    package var lost_acknowledged_writes: Int
    package var verdict: Verdict
    package var phases: [Phase]

    /// Every key is written, also for a null.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // Written also when null: programs look for the key.
        try container.encode(time_to_first_write_ms, forKey: .time_to_first_write_ms)
        try container.encode(longest_stall_ms, forKey: .longest_stall_ms)
        try container.encode(errors, forKey: .errors)
        try container.encode(errors_by_sqlstate, forKey: .errors_by_sqlstate)
        try container.encode(lost_connections, forKey: .lost_connections)
        try container.encode(lost_idle_connections, forKey: .lost_idle_connections)
        try container.encode(acknowledged_writes, forKey: .acknowledged_writes)
        try container.encode(lost_acknowledged_writes, forKey: .lost_acknowledged_writes)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(phases, forKey: .phases)
    }
}

/// What happened to every write of a drill, and what follows from it. Times in milliseconds since the drill began.
struct DrillHistory {
    struct Acknowledgement: Hashable {
        var id: Int
        var at: Double
        /// The port of the server that wrote it.
        var server: Int
    }

    var began: Double
    var ended: Double
    var faultAt: Double
    /// The server that wrote before the fault.
    var firstServer: Int
    var acknowledgements: [Acknowledgement] = []
    /// SQLSTATEs of statements that were answered with an error.
    var errors: [String] = []
    var lostConnections = 0
    var lostIdleConnections = 0

    /// `stored`: the ids in the table of the surviving primary; nil when there is none to ask. `hasPrimary`: some node is
    /// writable; writes that stay away without one were rightly blocked.
    func report(stored: Set<Int>?, hasPrimary: Bool) -> DrillReport {
        let acknowledged = Set(acknowledgements.map(\.id))
        let missing = stored.map { acknowledged.subtracting($0).count } ?? 0
        let recovery = acknowledgements.filter { $0.at > faultAt && $0.server != firstServer }.map(\.at).min()
        let wroteOnAfter = acknowledgements.contains { $0.server == firstServer && $0.at > faultAt + 1000 }
        let time: Double? = if let recovery { recovery - faultAt } else { wroteOnAfter ? 0 : nil }
        let verdict: DrillReport.Verdict = if missing > 0 { .failed } else if time == nil { hasPrimary ? .failed : .blocked } else { recovery == nil ? .uninterrupted : .recovered }
        return DrillReport(
            time_to_first_write_ms: time.map(rounded), longest_stall_ms: rounded(longestStall), errors: errors.count,
            errors_by_sqlstate: Dictionary(errors.map { ($0, 1) }, uniquingKeysWith: +), lost_connections: lostConnections + lostIdleConnections,
            lost_idle_connections: lostIdleConnections, acknowledged_writes: acknowledged.count, lost_acknowledged_writes: missing,
            verdict: verdict, phases: [])
    }

    private var longestStall: Double {
        let times = [began] + acknowledgements.map(\.at).sorted() + [ended]
        return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? 0
    }

    private func rounded(_ milliseconds: Double) -> Double { (milliseconds * 10).rounded() / 10 }
}
