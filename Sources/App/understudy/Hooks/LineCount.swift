internal import Synchronization

/// Lines of one program's output that go into the log: so many, then one that says so.
final class LineCount: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// What is to be logged for a line; nil for nothing.
    func admit(_ line: String) -> String? {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if number <= limit { return line }
        return number == limit + 1 ? "more than \(limit) lines (hook_log_limit): the rest is not logged" : nil
    }
}
