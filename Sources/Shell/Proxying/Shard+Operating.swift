internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// What administrators command.
extension Shard {
    /// Returns how many connections it ended at once.
    func perform(_ operation: ProxyOperation) -> Int {
        switch operation {
        case .pause(let database):
            service.pause(database)
            return drain(database)
        case .resume(let database):
            service.resume(database)
            resume()
            return 0
        case .reconnect(let database):
            service.reconnect(database, reactor.now)
            forgetWelcomes { database == nil || $0.database == database }
            return drain(database)
        case .disable(let database):
            service.setDisabled(database, true)
            return 0
        case .enable(let database):
            service.setDisabled(database, false)
            return 0
        case .kill(let database):
            service.pause(database)
            let ended = endSessions(of: database)
            return drain(database) + ended
        case .killFrontend(let id):
            guard let frontend = frontends[Self.place(id)], self.id(of: frontend) == id else { return 0 }
            farewell(frontend, Self.killed)
            return 1
        }
    }

    private static let killed = ErrorMessage(.fatal, .adminShutdown, "terminating connection due to administrator command").bytes

    /// Closes what idles.
    private func drain(_ database: String?) -> Int {
        var closed = 0
        for pool in pools.values where database == nil || pool.key.database == database {
            for id in pool.core.drain() {
                guard let backend = backends[id] else { continue }
                retire(backend)
                closed += 1
            }
            pool.publish()
            openMore(pool)
        }
        return closed
    }

    private func endSessions(of database: String?) -> Int {
        var ended = 0
        for frontend in frontends.all where frontend.administration == nil && frontend.stage != .closing {
            guard let session = frontend.session, database == nil || session.startup.database == database else { continue }
            farewell(frontend, Self.killed)
            ended += 1
        }
        return ended
    }

    /// Those who wait go on where they may: first those who waited before the pause, then those who came since.
    private func resume() {
        for pool in pools.values where !isPaused(pool) {
            openMore(pool)
            pool.publish()
        }
        let waiting = stranded
        stranded = []
        waitAgain(waiting)
    }

    /// Whether statements of a database wait until RESUME.
    func isPaused(_ database: String) -> Bool { hasPauses && service.isPaused(database) }
    func isPaused(_ pool: ShardPool) -> Bool { hasPauses && service.isPaused(pool.key.database) }

    /// Whether a backend is to go as soon as nobody has it.
    func mustGo(_ backend: Backend, _ pool: ShardPool) -> Bool {
        hasMarks && (isPaused(pool) || service.isStale(pool.key.database, openedAt: backend.openedAt))
    }

    /// Backends of a database that somebody has or that are on their way; only those that must go, where `stale` says so.
    func backendCount(of database: String?, stale: Bool) -> Int {
        backends.all.count { backend in
            guard let names = names(of: backend), database == nil || names.database == database else { return false }
            return !stale || service.isStale(names.database, openedAt: backend.openedAt)
        }
    }

    // MARK: Names over all shards

    /// Seven bits of shard, 24 of place, 32 of generation.
    func id(of frontend: Frontend) -> ConnectionID { id(frontend.id) }
    func id(of backend: Backend) -> ConnectionID { id(backend.id) }

    private func id(_ slot: SlotID) -> ConnectionID {
        ConnectionID(number: UInt64(number + 1) << 56 | UInt64(slot.index) << 32 | UInt64(slot.generation))
    }

    private static func place(_ id: ConnectionID) -> SlotID {
        SlotID(index: Int(id.number >> 32 & 0xFF_FFFF), generation: UInt32(truncatingIfNeeded: id.number))
    }

    /// Whose a backend is; nil for one that nobody has and no pool.
    func names(of backend: Backend) -> (database: String, user: String)? {
        if let key = backend.pool?.key { return (key.database, key.user) }
        return backend.frontend?.session.map { ($0.startup.database, $0.startup.user) }
    }
}
