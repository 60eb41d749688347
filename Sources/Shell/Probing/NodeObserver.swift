package import HealthTracking
package import NodeConnections

/// Looks at one node, on request.
package struct NodeObserver: Sendable {
    private let channel: NodeChannel
    private let timeout: Duration

    /// `timeout`: bound of the answer; connecting has its own in the channel's target.
    package init(channel: NodeChannel, timeout: Duration) {
        self.channel = channel
        self.timeout = timeout
    }

    /// One look. Never throws: what is wrong is the result.
    package func look() async -> NodeHealth.ProbeResult {
        do {
            let rows = try await channel.read(ObservationQuery.text, timeout: timeout)
            let streams = try await channel.read(ObservationQuery.streams, timeout: timeout)
            guard let observation = ObservationQuery.observation(rows, streams: streams) else {
                return .alive(reason: "answers the probe with something else than was asked")
            }
            return .answered(observation)
        } catch {
            return Self.result(of: error)
        }
    }

    static func result(of failure: NodeFailure) -> NodeHealth.ProbeResult {
        switch failure {
        case .unreachable, .lost: .refused(reason: failure.description)
        case .timedOut: .silent(reason: failure.description)
        // Starting up, shutting down, or a backend that died with its server.
        case .rejected(let state, _) where state.hasPrefix("57P"), .sql(let state, _) where state.hasPrefix("57P"): .notReady(reason: failure.description)
        case .rejected, .sql: .alive(reason: failure.description)
        }
    }
}
