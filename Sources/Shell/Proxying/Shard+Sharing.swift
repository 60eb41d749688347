internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// Backends between shards: a pool's size is one for all of them.
extension Shard {
    /// Asks for backends until there is one on its way for each who waits, or the limit is reached; then asks other shards.
    func openMore(_ pool: ShardPool) {
        if isPaused(pool) { return }
        while pool.core.wantsBackend {
            switch pool.share.reserve(limit: pool.core.limit(at: reactor.now.forPools), pool.core.rule) {
            case .granted:
                pool.core.openingBegan()
                wish(.pool(pool))
            case .poolIsFull: return askOthers(pool)
            case .othersAreInTheWay: if !makeRoom(like: pool.key) { return }
            }
        }
    }

    /// Closes an idle backend of another pool with the same database or user, so that this one may open one.
    @discardableResult
    func makeRoom(like key: PoolKey) -> Bool {
        for pool in pools.values where pool.key != key && (pool.key.database == key.database || pool.key.user == key.user) {
            guard let id = pool.core.lend(), let backend = backends[id] else { continue }
            retire(backend)
            pool.publish()
            return true
        }
        return false
    }

    /// Has other shards make room where this one could not: those who wait try again at the next housekeeping.
    func askForRoom(_ pool: ShardPool) {
        guard pool.core.wantsBackend, pool.core.rule.maxDatabaseBackends != nil || pool.core.rule.maxUserBackends != nil else { return }
        for (other, peer) in peers.enumerated() where other != number {
            if !peer.post(.makeRoom(pool.key)) { shared.note(.debug, "a shard is too busy to make room") }
        }
    }

    /// There is no room for another backend: one that idles elsewhere will do.
    private func askOthers(_ pool: ShardPool) {
        pool.publish()
        guard let other = pool.share.shardWithIdle(besides: number), peers.indices.contains(other) else { return }
        if !peers[other].post(.lend(pool.key, to: number)) { shared.note(.debug, "a shard is too busy to lend a backend") }
    }

    /// Another shard has no backend of this pool left and may not open one.
    func lend(_ key: PoolKey, to other: Int) {
        guard let pool = pools[key], pool.epoch == epoch, let id = pool.core.lend(), let backend = backends[id] else { return }
        give(backend, to: other, pool)
        pool.publish()
    }

    func give(_ backend: Backend, to other: Int, _ pool: ShardPool) {
        let opening = BackendOpening(node: backend.node, epoch: backend.epoch, address: backend.address, others: [], at: backend.openedAt)
        let moved = MovedBackend(transport: backend.transport, opening: opening, pool: pool.key, state: backend.state, key: backend.key,
                                 history: backend.history)
        guard backend.isQuiet, peers.indices.contains(other), peers[other].postAlways(.given(moved)) else { return close(backend) }
        reactor.remove(backend.descriptor)
        forget(backend)
    }

    /// A backend that another shard had. It is counted already.
    func receive(_ moved: MovedBackend) {
        let share = shared.directory.share(moved.pool)
        let made = backends.insert { Backend($0, moved.opening, moved.transport, isOpening: false, shared.budget, moved.state) }
        guard let backend = made else {
            moved.transport.close()
            share.release()
            return
        }
        backend.key = moved.key
        backend.history = moved.history
        backend.stage = .idle
        backend.interest = .readable
        backend.pool = moved.opening.epoch == epoch ? pool(moved.pool) : ShardPool(moved.pool, moved.opening.epoch, PoolRule(), share, shard: number)
        do { try reactor.add(backend.descriptor, ShardToken.backend(backend.id).token, .readable) } catch {
            shared.note(.warning, "cannot watch a backend: \(error)")
            close(backend)
            return
        }
        checkIn(backend)
    }
}
