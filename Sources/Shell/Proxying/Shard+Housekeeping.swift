internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// What time does: backends grow old, clients grow slow.
extension Shard {
    static let housekeepingPause = Duration.milliseconds(250)

    func keepHouse() {
        for pool in pools.values { keepHouse(pool) }
        if !configuration.limits.areNone { for frontend in frontends.all { enforceLimits(frontend) } }
        if stopping?.mode == .patient { continueStopping() }
        reactor.setTimer(ShardToken.housekeeping.token, at: reactor.now + Self.housekeepingPause)
    }

    private func keepHouse(_ pool: ShardPool) {
        for id in pool.core.expired(open: pool.share.open, at: reactor.now.forPools) { if let backend = backends[id] { retire(backend) } }
        shrink(pool)
        // Who waits longer may reach for the reserve.
        if pool.core.waiterCount > 0 {
            openMore(pool)
            askForRoom(pool)
            for id in pool.core.waiting { if let frontend = frontends[id] { notify(frontend) } }
        } else if pool.share.open < pool.core.rule.minimum, pool.core.opening == 0, pool.refusal == nil, !isPaused(pool),
                  pool.share.reserve(limit: pool.core.rule.minimum, pool.core.rule) == .granted {
            pool.core.openingBegan()
            wish(.pool(pool))
        }
        pool.publish()
    }

    /// Closes idle backends beyond what the pool may have since its rule was changed; those in use follow when they come back.
    func shrink(_ pool: ShardPool) {
        let most = pool.core.rule.size + pool.core.rule.reserve
        while pool.core.idleCount > 0, pool.share.releaseSurplus(above: most), let id = pool.core.lend() {
            guard let backend = backends[id] else { preconditionFailure("a pool holds a backend that is gone") }
            // It is not counted any more.
            backend.pool = nil
            retire(backend)
        }
    }

    /// An idle backend is closed with a goodbye.
    func retire(_ backend: Backend) {
        sayGoodbye(backend)
        close(backend)
    }

    func sayGoodbye(_ backend: Backend) {
        var writer = MessageWriter()
        writer.message(.terminate) { _ in }
        send(writer.bytes, to: backend)
    }

    /// Tells a client that it waits, once.
    private func notify(_ frontend: Frontend) {
        guard let limit = configuration.queryWaitNotify, !frontend.isNotified, frontend.session?.isInService == true,
              reactor.now - frontend.heardAt >= limit else { return }
        frontend.isNotified = true
        var writer = MessageWriter()
        let shortage = frontend.pool.flatMap { pool in pool.share.shortage(pool.core.rule)?.sentence(pool.key, pool.core.rule) }
        writer.notice("the statement waits for a backend: \(shortage ?? "one is on its way")")
        write(writer.bytes, to: frontend)
    }

    private func enforceLimits(_ frontend: Frontend) {
        guard frontend.stage == .serving || frontend.stage == .awaitingAnswers, let session = frontend.session, session.isInService, !session.isReplication else { return }
        let limits = configuration.limits, isBusy = frontend.backend?.state.isBusy == true
        func isOver(_ limit: Duration?, since: Monotonic?) -> Bool {
            guard let limit, let since else { return false }
            return reactor.now - since >= limit
        }
        if isBusy {
            if isOver(limits.statement, since: frontend.statementAt) { return end(frontend, .queryCanceled, "query_timeout", limits.statement) }
        } else {
            if isOver(limits.idle, since: frontend.heardAt) { return end(frontend, .idleSessionTimeout, "client_idle_limit", limits.idle) }
            if session.status != .idle, isOver(limits.idleInTransaction, since: frontend.heardAt) {
                return end(frontend, .idleInTransactionTimeout, "idle_transaction_timeout", limits.idleInTransaction)
            }
        }
        if isBusy || session.status != .idle, isOver(limits.transaction, since: frontend.transactionAt) {
            end(frontend, .transactionTimeout, "transaction_timeout", limits.transaction)
        }
    }

    private func end(_ frontend: Frontend, _ state: SQLState, _ parameter: String, _ limit: Duration?) {
        farewell(frontend, ErrorMessage(.fatal, state, "terminating connection: \(parameter) of \(limit ?? .zero) has passed").bytes)
    }

    /// A backend took too long.
    func deadlinePassed(_ backend: Backend) {
        backend.timer = nil
        switch backend.stage {
        case .connecting, .askingForTLS, .shakingHands, .loggingIn: openFailed(backend, .timedOut, "no answer in \(configuration.connectTimeout)")
        case .aligning, .resetting: lose(backend, .reset)
        case .ending: cancelLeftOver(backend)
        case .idle, .serving, .awaitingCancel: preconditionFailure("a deadline in stage \(backend.stage)")
        }
    }
}
