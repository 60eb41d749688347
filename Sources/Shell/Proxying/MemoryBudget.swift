internal import Synchronization

/// How much memory all buffers of all connections may take. Shared by the shards.
final class MemoryBudget: Sendable {
    private let used = Atomic(0)
    let limit: Int

    init(limit: Int) { self.limit = limit }

    /// False when the limit would be passed: nothing was reserved.
    func reserve(_ bytes: Int) -> Bool {
        let (_, total) = used.add(bytes, ordering: .relaxed)
        if total <= limit { return true }
        used.subtract(bytes, ordering: .relaxed)
        return false
    }

    /// What is in use now.
    var reserved: Int { used.load(ordering: .relaxed) }

    func release(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
