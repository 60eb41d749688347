internal import Synchronization

/// When a handler was last answered: what it takes for now until the next answer, in the event and in its replay.
final class AnswerClock: Sendable {
    private let latest = Mutex<Double?>(nil)

    /// Seconds since 1970; nil before the first answer.
    var time: Double? { latest.withLock { $0 } }
    func set(_ time: Double) { latest.withLock { $0 = time } }
}
