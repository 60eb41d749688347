/// Which of our prepared statements a backend has, the least recently used first to go.
struct PreparedCache: Sendable {
    private var lastUse: [StatementID: UInt64] = [:]
    /// It may have them, or an old plan of them: they are closed before they are prepared again.
    private var doubtful: Set<StatementID> = []
    private var clock: UInt64 = 0

    var count: Int { lastUse.count }

    /// Whether the backend has it for certain; counts as a use.
    mutating func use(_ id: StatementID) -> Bool {
        guard let index = lastUse.index(forKey: id), doubtful.isEmpty || !doubtful.contains(id) else { return false }
        clock &+= 1
        lastUse.values[index] = clock
        return true
    }

    /// Whether the backend has it, or may.
    func mayHave(_ id: StatementID) -> Bool { lastUse[id] != nil }

    /// The backend gets it. Returns one that must make room.
    mutating func insert(_ id: StatementID, capacity: Int) -> StatementID? {
        clock &+= 1
        lastUse[id] = clock
        doubtful.remove(id)
        guard lastUse.count > max(1, capacity), let oldest = lastUse.min(by: { $0.value < $1.value })?.key else { return nil }
        remove(oldest)
        return oldest
    }

    mutating func remove(_ id: StatementID) {
        lastUse[id] = nil
        doubtful.remove(id)
    }

    /// The node has none of them any more, or soon.
    mutating func removeAll(but kept: Set<StatementID>) {
        lastUse = lastUse.filter { kept.contains($0.key) }
        doubtful.formIntersection(kept)
    }

    mutating func removeAll() {
        lastUse.removeAll()
        doubtful.removeAll()
    }

    mutating func doubt(_ id: StatementID) {
        lastUse[id] = lastUse[id] ?? 0
        doubtful.insert(id)
    }

    mutating func doubtAll() { doubtful = Set(lastUse.keys) }
}
