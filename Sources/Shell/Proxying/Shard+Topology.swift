internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// What the coordinator tells a shard: who is primary.
extension Shard {
    /// Cuts every backend that is not of this epoch's primary, then lets those who wait go on. When this returns nothing of an
    /// older epoch is on its way to a frontend.
    func adopt(_ new: Topology) {
        topology = new
        facts.reset()
        isPrimaryFailing = false
        retryAt = reactor.now
        let waiting = takeWaiters()
        for pool in pools.values { pool.isOver = true }
        pools.removeAll()
        welcomes.removeAll()
        for backend in backends.all where !backend.isClosed {
            if backend.node != new.primary?.id || backend.epoch != new.epoch { lose(backend, .gateClosed) }
        }
        breakOffStale()
        waitAgain(waiting)
    }

    /// Those who wait in pools that are no more, the first first, and those who had none.
    private func takeWaiters() -> [SlotID] {
        var waiting: [(id: SlotID, since: PoolTime)] = []
        for pool in pools.values {
            waiting += pool.core.waiting.map { ($0, pool.core.oldestWait ?? .zero) }
            pool.share.publish(number, idle: 0, oldestWait: nil)
        }
        let ids = waiting.sorted { $0.since < $1.since }.map(\.id) + stranded
        stranded = []
        for id in ids { frontends[id]?.isQueued = false }
        return ids
    }

    /// A session that gave its backend back may still have an answer of it on its way: it must not arrive any more.
    private func breakOffStale() {
        for frontend in frontends.all where frontend.isOutputRelayed && !frontend.output.isEmpty && frontend.backend == nil {
            frontend.output.drop()
            farewell(frontend, [])
        }
    }
}
