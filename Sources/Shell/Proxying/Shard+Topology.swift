internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// What the coordinator tells a shard: who is primary, and that it is over.
extension Shard {
    /// Cuts every backend that is not of this epoch's primary, then lets those who wait go on. When this returns nothing of an
    /// older epoch is on its way to a frontend.
    func adopt(_ new: Topology) {
        topology = new
        facts.reset()
        isPrimaryFailing = false
        retryAt = reactor.now
        let waiting = takeWaiters()
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

    func stop(_ mode: ProxyStopMode, _ receipt: Receipt) {
        for listener in listeners { reactor.remove(listener.descriptor) }
        if let stopping { stopping.receipt.sign() }
        stopping = (mode, receipt)
    }

    /// Ends the sessions that may end; when none is left, the loop.
    func continueStopping() {
        guard let stopping else { return }
        for frontend in frontends.all where frontend.stage != .closing {
            let isBetween = frontend.session?.isBetweenTransactions(frontend.backend?.state) ?? true
            // What is held was sent to no node: nothing is in doubt, and there may be no primary for a long time.
            let isHeld = frontend.stage == .held && frontend.backend == nil
            if stopping.mode == .patient, frontend.administration == nil { continue }
            if stopping.mode == .fast || isHeld || (isBetween && frontend.input.isEmpty) || frontend.session?.isInService != true {
                farewell(frontend, ErrorMessage(.fatal, .adminShutdown, "terminating connection because the proxy is shutting down").bytes)
            }
        }
        let isDone = frontends.count == 0 && errands.count == 0
        for backend in backends.all where backend.frontend == nil { close(backend) }
        if isDone || frontends.all.allSatisfy({ $0.stage == .closing && $0.output.isEmpty }) {
            for frontend in frontends.all { close(frontend) }
            for errand in errands.all { finish(errand) }
            stopping.receipt.sign()
            self.stopping = nil
            reactor.stop()
        }
    }
}
