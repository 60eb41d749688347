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
    /// Statements that had no answer at all when the drill ended.
    package var unanswered_statements: Int
    package var acknowledged_writes: Int
    /// Acknowledged, and not in the table afterwards; null when there is no single primary to ask.
    package var lost_acknowledged_writes: Int?
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
        try container.encode(unanswered_statements, forKey: .unanswered_statements)
        try container.encode(acknowledged_writes, forKey: .acknowledged_writes)
        try container.encode(lost_acknowledged_writes, forKey: .lost_acknowledged_writes)
        try container.encode(verdict, forKey: .verdict)
        try container.encode(phases, forKey: .phases)
    }
}
