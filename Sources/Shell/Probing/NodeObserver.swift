package import HealthTracking
package import NodeConnections

/// Looks at one node, on request: for its prober, and for a coordinator that wants to know now.
package struct NodeObserver: Sendable {
    private let channel: NodeChannel
    private let timeout: Duration

    /// `timeout`: bound of the answer; connecting has its own in the channel's target.
    package init(channel: NodeChannel, timeout: Duration) {
        self.channel = channel
        self.timeout = timeout
    }

    /// One look, within the bounds of the channel and of `timeout`. Never throws: what is wrong is the result.
    package func look() async -> ProbeResult {
        switch await ask(.full) {
        case .failure(.sql(sqlState: "42501", let message, _)): await lookWithoutMonitorRole(message)
        case .success(let rows): Self.result(of: rows, remark: "")
        case .failure(let failure): Self.result(of: failure)
        }
    }

    private func lookWithoutMonitorRole(_ denied: String) async -> ProbeResult {
        switch await ask(.restricted) {
        case .success(let rows):
            Self.result(of: rows, remark: "hides its replication state from role \(channel.user) (\(denied)): GRANT pg_monitor TO \(channel.user)")
        case .failure(let failure): Self.result(of: failure)
        }
    }

    private func ask(_ question: ObservationQuery) async -> Result<Rows, NodeFailure> {
        do { return .success(try await channel.ask(question.text, timeout: timeout)) } catch { return .failure(error) }
    }

    static func result(of rows: Rows, remark: String) -> ProbeResult {
        guard let observation = ObservationQuery.observation(rows) else {
            return .alive(reason: "answers the probe with something else than was asked")
        }
        return .answered(observation, remark: remark)
    }

    static func result(of failure: NodeFailure) -> ProbeResult {
        let reason = failure.description
        return switch failure {
        case .refused: .refused(reason: reason)
        case .lost: .broken(reason: reason)
        case .timedOut, .unreachable: .silent(reason: reason)
        case .unable, .cancelled: .unable(reason: reason)
        // Starting up, shutting down, or a backend that died with its server. 57014 is a statement that was cancelled.
        case .rejected(let state, _), .sql(let state, _, _):
            ["57P01", "57P02", "57P03"].contains(state) ? .notReady(reason: reason) : .alive(reason: reason)
        }
    }
}
