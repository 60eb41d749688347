internal import Reactor

/// What administrators have switched, as one shard knows it; all shards are told the same.
struct ServiceState {
    private(set) var switched = ProxyReport.Service()
    /// Backends opened before are closed when they become free, by database.
    private var staleBefore: [String: Monotonic] = [:]
    private var allStaleBefore: Monotonic?

    /// Databases that can be switched one by one; beyond, the oldest marks are not worth keeping.
    static let capacity = 10_000

    var hasPauses: Bool { switched.isPaused || !switched.pausedDatabases.isEmpty }
    /// Backends may have to go when they are free.
    var hasMarks: Bool { hasPauses || allStaleBefore != nil || !staleBefore.isEmpty }
    func isPaused(_ database: String) -> Bool { switched.isPaused(database) }
    func isDisabled(_ database: String) -> Bool { switched.disabledDatabases.contains(database) }

    /// Whether a backend was opened before its database was to be reconnected.
    func isStale(_ database: String, openedAt: Monotonic) -> Bool {
        if let allStaleBefore, openedAt <= allStaleBefore { return true }
        guard !staleBefore.isEmpty, let mark = staleBefore[database] else { return false }
        return openedAt <= mark
    }

    mutating func pause(_ database: String?) {
        guard let database else { return switched.isPaused = true }
        if switched.pausedDatabases.count < Self.capacity { switched.pausedDatabases.insert(database) }
    }

    /// Without a name everything goes on.
    mutating func resume(_ database: String?) {
        guard let database else {
            switched.isPaused = false
            return switched.pausedDatabases.removeAll()
        }
        switched.pausedDatabases.remove(database)
    }

    mutating func reconnect(_ database: String?, _ now: Monotonic) {
        guard let database else {
            staleBefore.removeAll()
            return allStaleBefore = now
        }
        if staleBefore.count >= Self.capacity { staleBefore.removeAll() }
        staleBefore[database] = now
    }

    mutating func setDisabled(_ database: String, _ isDisabled: Bool) {
        if isDisabled, switched.disabledDatabases.count < Self.capacity { switched.disabledDatabases.insert(database) }
        if !isDisabled { switched.disabledDatabases.remove(database) }
    }
}
