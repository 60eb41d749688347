internal import ClusterModel
package import HealthTracking
package import NodeConnections
internal import Synchronization

/// Looks at one node, on request: for its prober, and for a coordinator that wants to know now.
package struct NodeObserver: Sendable {
    let channel: NodeChannel
    let timeout: Duration
    private let control: NodeChannel
    private let histories = HistoryMemory()

    /// `control`: as the role that may read what pg_rewind reads, which the probes' own may not; nil is the same. `timeout`: bound of the answer;
    /// connecting has its own in the channel's target.
    package init(channel: NodeChannel, control: NodeChannel? = nil, timeout: Duration) {
        self.channel = channel
        self.control = control ?? channel
        self.timeout = timeout
    }

    /// One look, within the bounds of the channel and of `timeout`. Never throws: what is wrong is the result.
    package func look() async -> ProbeResult {
        switch await ask(ObservationQuery.full.text) {
        case .failure(.sql(sqlState: "42501", let message, _)): await lookWithoutMonitorRole(message)
        case .success(let rows): await result(of: rows, remark: "")
        case .failure(let failure): Self.result(of: failure)
        }
    }

    private func lookWithoutMonitorRole(_ denied: String) async -> ProbeResult {
        switch await ask(ObservationQuery.restricted.text) {
        case .success(let rows):
            await result(of: rows, remark: "hides its replication state from role \(channel.user) (\(denied)): GRANT pg_monitor TO \(channel.user)")
        case .failure(let failure): Self.result(of: failure)
        }
    }

    private func ask(_ question: String) async -> Result<Rows, NodeFailure> {
        do { return .success(try await channel.ask(question, timeout: timeout)) } catch { return .failure(error) }
    }

    private func result(of rows: Rows, remark: String) async -> ProbeResult {
        guard var observation = ObservationQuery.observation(rows) else {
            return .alive(reason: "answers the probe with something else than was asked")
        }
        observation.history = await history(of: observation.timeline, runSince: rows["started"] ?? "")
        return .answered(observation, remark: remark)
    }

    /// Asked once for each run of a server and timeline: neither a file of a running server changes, nor the right to read it often.
    private func history(of timeline: Timeline, runSince start: String) async -> TimelineHistory? {
        // A cluster's first timeline has no file.
        if timeline == Timeline(1) { return TimelineHistory(timeline: timeline) }
        let key = HistoryMemory.Key(start: start, timeline: timeline)
        if let known = histories.known(key) { return known.history }
        let answer: Result<Rows, NodeFailure>
        do { answer = .success(try await control.ask(ObservationQuery.history(of: timeline), timeout: timeout)) } catch { answer = .failure(error) }
        switch answer {
        case .success(let rows):
            let history = rows["history"].flatMap { TimelineHistory(timeline: timeline, file: $0) }
            // A standby sees a new timeline before it has its file: asked again then.
            if history != nil { histories.remember(history, key) }
            return history
        case .failure(.sql(sqlState: "42501", _, _)):
            histories.remember(nil, key)
            return nil
        case .failure: return nil
        }
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

/// The last history that a node told, or that it would not.
private final class HistoryMemory: Sendable {
    struct Key: Hashable {
        /// When the server was started: another server at the same address is another run.
        let start: String
        let timeline: Timeline
    }

    private let last = Mutex<(key: Key, history: TimelineHistory?)?>(nil)

    func known(_ key: Key) -> (key: Key, history: TimelineHistory?)? { last.withLock { $0?.key == key ? $0 : nil } }
    func remember(_ history: TimelineHistory?, _ key: Key) { last.withLock { $0 = (key, history) } }
}
