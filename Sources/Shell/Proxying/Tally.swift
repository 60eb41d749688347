internal import Synchronization

/// How many connections some database or user has, over all shards.
final class Tally: Sendable {
    private let count = Atomic(0)

    var value: Int { count.load(ordering: .relaxed) }

    /// Counts one more, unless there are `limit`.
    func reserve(limit: Int?) -> Bool {
        let total = count.add(1, ordering: .relaxed).newValue
        guard let limit, total > limit else { return true }
        release()
        return false
    }

    func release() { count.subtract(1, ordering: .relaxed) }
}

/// How many frontends each database and each user has, over all shards. Asked at logins only.
final class ClientTallies: Sendable {
    /// Which limit a frontend would pass.
    enum Excess: Hashable, Sendable { case database, user }

    private struct Counts {
        var databases: [String: Int] = [:]
        var users: [String: Int] = [:]
    }

    private let counts = Mutex(Counts())

    /// Counts a frontend, or says which limit forbids it.
    func admit(database: String, user: String, maxDatabase: Int?, maxUser: Int?) -> Excess? {
        counts.withLock { counts in
            if let maxDatabase, counts.databases[database, default: 0] >= maxDatabase { return .database }
            if let maxUser, counts.users[user, default: 0] >= maxUser { return .user }
            counts.databases[database, default: 0] += 1
            counts.users[user, default: 0] += 1
            return nil
        }
    }

    /// A frontend that was counted is gone. Who has none left is forgotten, so that this is bounded by the frontends.
    func leave(database: String, user: String) {
        counts.withLock { counts in
            Self.remove(database, &counts.databases)
            Self.remove(user, &counts.users)
        }
    }

    private static func remove(_ name: String, _ counts: inout [String: Int]) {
        let left = counts[name, default: 1] - 1
        counts[name] = left > 0 ? left : nil
    }
}
