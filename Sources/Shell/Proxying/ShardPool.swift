internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// A pool as one shard sees it, in one epoch.
final class ShardPool {
    let key: PoolKey
    let node: NodeID
    let epoch: Epoch
    let share: PoolShare
    private let shard: Int
    var core: Pool
    /// It belonged to a topology that is no more; the next one may have the same epoch.
    var isOver = false
    /// The node does not let this user in: what it said, and until when it is not asked again.
    var refusal: (message: ErrorMessage, until: Monotonic)?
    /// What the newest backend said of the server when it began.
    var greeting: ServerParameters?

    init(_ key: PoolKey, _ epoch: Epoch, _ rule: PoolRule, _ share: PoolShare, shard: Int) {
        self.key = key
        node = key.node
        self.epoch = epoch
        self.share = share
        self.shard = shard
        core = Pool(rule)
    }

    /// Lets the other shards know.
    func publish() { share.publish(shard, idle: core.idleCount, oldestWait: core.oldestWait) }

    /// The shard whose first waiter should have a backend that is free here.
    var worseOff: Int? { share.worseOff(than: core.oldestWait, shard, tolerance: Self.unfairness) }

    /// How many nanoseconds longer a frontend of another shard must have waited to be served first: handing a backend over costs both
    /// shards more than a query.
    static let unfairness = 5_000_000
}

extension Monotonic {
    /// As the pools count time.
    var forPools: PoolTime { PoolTime(nanoseconds: nanoseconds) }
}
