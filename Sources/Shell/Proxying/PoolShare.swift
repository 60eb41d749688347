internal import Pooling
internal import Synchronization

/// One pool over all shards: how many backends it has, and which shards have some to spare or wait for one.
///
/// Each shard writes its own part only; the others read it to decide whom to ask, and being a moment late does no harm.
final class PoolShare: Sendable {
    /// What one shard says of itself.
    final class Part: Sendable {
        let idle = Atomic(0)
        /// Since when the first of its frontends waits, in nanoseconds; `Int.max` where none does.
        let oldestWait = Atomic(Int.max)
    }

    let key: PoolKey
    /// The backends of the pool's database, and of its user, in all pools.
    private let ofDatabase: Tally, ofUser: Tally
    private let parts: [Part]
    private let backends = Atomic(0)
    /// Shards in which somebody waits.
    private let waitingShards = Atomic(0)

    init(_ key: PoolKey, shards: Int, ofDatabase: Tally, ofUser: Tally) {
        self.key = key
        self.ofDatabase = ofDatabase
        self.ofUser = ofUser
        parts = (0..<shards).map { _ in Part() }
    }

    /// Backends in all shards, those on their way included.
    var open: Int { backends.load(ordering: .relaxed) }

    /// Whether there may be one more backend.
    enum Reservation: Hashable, Sendable {
        case granted
        case poolIsFull
        /// Its database or its user has as many as it may; an idle one of another pool could make room.
        case othersAreInTheWay
    }

    /// Counts one more backend, unless there are `limit` or its database or user may have no more.
    func reserve(limit: Int, _ rule: PoolRule) -> Reservation {
        guard backends.add(1, ordering: .relaxed).newValue <= limit else {
            backends.subtract(1, ordering: .relaxed)
            return .poolIsFull
        }
        if ofDatabase.reserve(limit: rule.maxDatabaseBackends) {
            if ofUser.reserve(limit: rule.maxUserBackends) { return .granted }
            ofDatabase.release()
        }
        backends.subtract(1, ordering: .relaxed)
        return .othersAreInTheWay
    }

    /// Which limit is reached; nil where there may be one more.
    func shortage(_ rule: PoolRule) -> PoolShortage? {
        if open >= rule.size { return .pool(open: open) }
        if let limit = rule.maxDatabaseBackends, ofDatabase.value >= limit { return .database(limit: limit) }
        if let limit = rule.maxUserBackends, ofUser.value >= limit { return .user(limit: limit) }
        return nil
    }

    func release() {
        backends.subtract(1, ordering: .relaxed)
        releaseTallies()
    }

    private func releaseTallies() {
        ofDatabase.release()
        ofUser.release()
    }

    /// Counts one backend less where there are more than `limit`; false where there are not. Shards that shrink at the same time do not
    /// close too many between them.
    func releaseSurplus(above limit: Int) -> Bool {
        var open = self.open
        while open > limit {
            let (isDone, found) = backends.compareExchange(expected: open, desired: open - 1, ordering: .relaxed)
            if isDone {
                releaseTallies()
                return true
            }
            open = found
        }
        return false
    }

    /// What `shard` has to say now.
    func publish(_ shard: Int, idle: Int, oldestWait: PoolTime?) {
        parts[shard].idle.store(idle, ordering: .relaxed)
        let since = oldestWait.map { Int(clamping: $0.nanoseconds) } ?? .max
        let before = parts[shard].oldestWait.load(ordering: .relaxed)
        if since == before { return }
        parts[shard].oldestWait.store(since, ordering: .relaxed)
        if before == .max { waitingShards.add(1, ordering: .relaxed) } else if since == .max { waitingShards.subtract(1, ordering: .relaxed) }
    }

    /// Whom a longer wait makes the next, before `shard`'s own first: one that has waited `tolerance` nanoseconds longer.
    func worseOff(than own: PoolTime?, _ shard: Int, tolerance: Int) -> Int? {
        let waiting = waitingShards.load(ordering: .relaxed)
        if waiting == 0 || waiting == 1 && own != nil { return nil }
        var limit = own.map { Int(clamping: $0.nanoseconds) - tolerance } ?? .max
        var found: Int?
        for (other, part) in parts.enumerated() where other != shard {
            let since = part.oldestWait.load(ordering: .relaxed)
            if since < limit { (limit, found) = (since, other) }
        }
        return found
    }

    /// A shard other than `shard` that has idle backends.
    func shardWithIdle(besides shard: Int) -> Int? { parts.indices.first { $0 != shard && parts[$0].idle.load(ordering: .relaxed) > 0 } }
}

/// The pools of the proxy, by their keys. Asked when a shard meets a key for the first time.
final class PoolDirectory: Sendable {
    private struct Known {
        var shares: [PoolKey: PoolShare] = [:]
        var databases: [String: Tally] = [:]
        var users: [String: Tally] = [:]
    }

    private let known = Mutex(Known())
    private let shards: Int

    init(shards: Int) { self.shards = shards }

    /// Bounded by the users and databases that a node let in.
    func share(_ key: PoolKey) -> PoolShare {
        known.withLock { known in
            if let share = known.shares[key] { return share }
            let ofDatabase = known.databases[key.database] ?? Tally(), ofUser = known.users[key.user] ?? Tally()
            let fresh = PoolShare(key, shards: shards, ofDatabase: ofDatabase, ofUser: ofUser)
            known.databases[key.database] = ofDatabase
            known.users[key.user] = ofUser
            known.shares[key] = fresh
            return fresh
        }
    }
}
