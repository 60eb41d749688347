package import ClusterModel
internal import Synchronization

/// What the coordinator has not looked at yet. Bounded by its shape: for each node only the latest report waits.
package final class CoordinatorInbox: Sendable {
    /// What the coordinator takes up next.
    enum Fact: Sendable {
        case report(NodeReport)
        /// The loss of a primary may be near: traffic failed. `at` is when it was first seen.
        case evidence(NodeID, TrafficEvidence, at: ContinuousClock.Instant)
        /// The node's last report is to be judged again.
        case again(NodeID)
    }

    private struct State {
        var reports: [NodeID: NodeReport] = [:]
        var evidence: [NodeID: (TrafficEvidence, ContinuousClock.Instant)] = [:]
        var again: Set<NodeID> = []
        var isClosed = false
        var reader: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// The newest report of a node replaces one that still waits.
    package func post(_ report: NodeReport) {
        wake { $0.reports[report.node] = report }
    }

    /// The first evidence that still waits stands: its time is when trouble began.
    package func post(_ node: NodeID, _ evidence: TrafficEvidence) {
        let now = ContinuousClock.now
        wake { if $0.evidence[node] == nil { $0.evidence[node] = (evidence, now) } }
    }

    /// Has the node's last report judged again.
    func postAgain(_ node: NodeID) { wake { $0.again.insert(node) } }

    /// Ends `next`.
    package func close() { wake { $0.isClosed = true } }

    /// The next fact, evidence first; nil once closed. One reader.
    func next() async -> Fact? {
        while true {
            let taken: (fact: Fact?, isClosed: Bool) = state.withLock { state in
                if state.isClosed { return (nil, true) }
                if let (node, (evidence, at)) = state.evidence.popFirst() { return (.evidence(node, evidence, at: at), false) }
                if let (_, report) = state.reports.popFirst() { return (.report(report), false) }
                return (state.again.popFirst().map { .again($0) }, false)
            }
            if taken.isClosed { return nil }
            if let fact = taken.fact { return fact }
            await withCheckedContinuation { continuation in
                let isWorkWaiting = state.withLock { state in
                    if state.isClosed || !state.reports.isEmpty || !state.evidence.isEmpty || !state.again.isEmpty { return true }
                    state.reader = continuation
                    return false
                }
                if isWorkWaiting { continuation.resume() }
            }
        }
    }

    private func wake(_ change: (inout State) -> Void) {
        let reader = state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }
}
