internal import Hooks
internal import Synchronization

/// How the events went that were run since the daemon started.
final class HookFigures: Sendable {
    /// Of one event.
    struct Event {
        private(set) var runs = 0
        private(set) var failures = 0
        private(set) var last = ""
        /// Of the newest runs, in milliseconds.
        private var times: [Double] = []
        private static let kept = 200

        fileprivate mutating func note(_ outcome: HookOutcome, _ took: Duration) {
            runs += 1
            if case .failed = outcome { failures += 1 }
            last = outcome.words
            if times.count >= Self.kept { times.removeFirst() }
            times.append(took / .milliseconds(1))
        }

        /// `share` of the newest runs took no longer; nil before the first.
        func percentile(_ share: Double) -> Double? {
            times.isEmpty ? nil : times.sorted()[min(times.count - 1, Int(Double(times.count) * share))]
        }
    }

    private let events = Mutex<[String: Event]>([:])

    func note(_ event: String, _ outcome: HookOutcome, _ took: Duration) { events.withLock { $0[event, default: Event()].note(outcome, took) } }

    func of(_ event: String) -> Event? { events.withLock { $0[event] } }
}

extension HookOutcome {
    /// For lists.
    var words: String {
        switch self {
        case .done(let hook, _): "done by \(hook)"
        case .skipped(let hook, let reason): "skipped by \(hook): \(reason)"
        case .retry(let hook, _, let reason): "retry for \(hook): \(reason)"
        case .chosen(let hook, _): "chosen by \(hook)"
        case .vetoed(let veto): "vetoed by \(veto.hook): \(veto.reason)"
        case .passed: "passed"
        case .failed(let fault): "failed: \(fault)"
        }
    }
}
