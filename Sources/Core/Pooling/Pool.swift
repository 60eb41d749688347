/// One shard's part of a pool: its idle backends, and the frontends that wait for one.
///
/// Pure: check-outs and check-ins come in, assignments go out. How many backends there may be is counted over all shards, by
/// `PoolShare`. Times are counted from any fixed moment.
/// Invariant: nobody waits while a backend is idle.
package struct Pool {
    /// What to do with a backend that came back, or was opened.
    package enum CheckIn: Hashable, Sendable {
        /// It is this frontend's now.
        case assign(SlotID)
        /// It waits for the next one.
        case park
        /// It is too old.
        case close
    }

    struct Idle { let backend: SlotID; let since: PoolTime; let opened: PoolTime }
    struct Waiter { let frontend: SlotID; let since: PoolTime }

    package var rule: PoolRule { didSet { limits = Limits(rule) } }
    private var limits: Limits
    /// The one used last is at the end: it is taken first, so that surplus ages at the front.
    private var idle: [Idle] = [] { didSet { idleCount = idle.count } }
    private var waiters: [Waiter] = []
    private var firstWaiter = 0
    /// Backends on their way for those who wait.
    package private(set) var opening = 0

    /// The rule's times, as they are compared.
    private struct Limits {
        let lifetime: AgeLimit?, idle: AgeLimit?, reserve: AgeLimit

        init(_ rule: PoolRule) {
            lifetime = rule.lifetime.map(AgeLimit.init)
            idle = rule.idleTimeout.map(AgeLimit.init)
            reserve = AgeLimit(rule.reserveTimeout)
        }
    }

    package init(_ rule: PoolRule) {
        self.rule = rule
        limits = Limits(rule)
    }

    /// Kept at hand, as are the next two: they are asked for at every check-in.
    package private(set) var idleCount = 0
    package private(set) var waiterCount = 0
    /// Since when the first waits; nil where nobody does.
    package private(set) var oldestWait: PoolTime?

    /// An idle backend for a frontend, the one used last; nil when it must wait.
    package mutating func checkOut() -> SlotID? { waiterCount == 0 ? idle.popLast()?.backend : nil }

    /// The frontend waits behind those that do.
    package mutating func wait(_ frontend: SlotID, at now: PoolTime) {
        waiters.append(Waiter(frontend: frontend, since: now))
        noteWaiters()
    }

    private mutating func noteWaiters() {
        waiterCount = waiters.count - firstWaiter
        oldestWait = waiterCount > 0 ? waiters[firstWaiter].since : nil
    }

    /// The frontend does not wait any more.
    package mutating func leave(_ frontend: SlotID) {
        guard let index = waiters[firstWaiter...].firstIndex(where: { $0.frontend == frontend }) else { return }
        waiters.remove(at: index)
        noteWaiters()
    }

    /// Those who wait, the first first.
    package var waiting: [SlotID] { waiters[firstWaiter...].map(\.frontend) }

    /// A backend came back, or was opened at `opened`, and is free.
    package mutating func checkIn(_ backend: SlotID, opened: PoolTime, at now: PoolTime) -> CheckIn {
        if let lifetime = limits.lifetime, lifetime.isReached(at: now, since: opened) { return .close }
        if let frontend = nextWaiter() { return .assign(frontend) }
        idle.append(Idle(backend: backend, since: now, opened: opened))
        return .park
    }

    private mutating func nextWaiter() -> SlotID? {
        guard firstWaiter < waiters.count else { return nil }
        defer {
            firstWaiter += 1
            if firstWaiter == waiters.count || firstWaiter >= 1024 {
                waiters.removeFirst(firstWaiter)
                firstWaiter = 0
            }
            noteWaiters()
        }
        return waiters[firstWaiter].frontend
    }

    /// Whether those who wait want one more backend than is on its way.
    package var wantsBackend: Bool { waiterCount > opening }

    /// The limit that those who wait have earned: the reserve opens to them after a while.
    package func limit(at now: PoolTime) -> Int {
        guard let oldestWait, limits.reserve.isReached(at: now, since: oldestWait) else { return rule.size }
        return rule.size + rule.reserve
    }

    /// A backend is on its way for those who wait.
    package mutating func openingBegan() { opening += 1 }
    /// It came, or will not come.
    package mutating func openingEnded() { opening -= 1 }

    /// A backend is gone, or goes to another shard.
    package mutating func remove(_ backend: SlotID) { idle.removeAll { $0.backend == backend } }

    /// An idle backend for another shard, the one used longest ago; nil where this one needs what it has.
    package mutating func lend() -> SlotID? { idle.isEmpty ? nil : idle.removeFirst().backend }

    /// Backends to close now because they are too old, or were of no use for too long. `open` is their number over all shards.
    package mutating func expired(open: Int, at now: PoolTime) -> [SlotID] {
        let limits = limits
        var surplus = open - rule.minimum, gone: [SlotID] = [], kept: [Idle] = []
        for entry in idle {
            let isOld = limits.lifetime?.isReached(at: now, since: entry.opened) ?? false
            let isUseless = surplus > 0 && limits.idle?.isReached(at: now, since: entry.since) ?? false
            if isOld || isUseless {
                surplus -= 1
                gone.append(entry.backend)
            } else { kept.append(entry) }
        }
        if !gone.isEmpty { idle = kept }
        return gone
    }

    /// All that are idle, to be closed.
    package mutating func drain() -> [SlotID] {
        defer { idle.removeAll() }
        return idle.map(\.backend)
    }
}
