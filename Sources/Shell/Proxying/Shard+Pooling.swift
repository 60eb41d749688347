internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions
internal import Settings

/// Frontends get backends, and give them back.
extension Shard {
    /// The pool of a frontend at the primary; nil while there is none.
    func pool(for frontend: Frontend) -> ShardPool? {
        guard let primary else { return nil }
        if let pool = frontend.pool, !pool.isOver { return pool }
        guard let startup = frontend.session?.startup else { return nil }
        let pool = pool(PoolKey(database: startup.database, user: startup.user, node: primary))
        frontend.pool = pool
        return pool
    }

    /// Numbers are compared: `==` of another module's type is found at run time, and this is asked for every transaction.
    private func isCurrent(_ other: Epoch) -> Bool { other.number == epoch.number }

    func pool(_ key: PoolKey) -> ShardPool {
        if let known = pools[key] { return known }
        let rule = rule(database: key.database, user: key.user)
        let fresh = ShardPool(key, epoch, rule, shared.directory.share(key), shard: number)
        pools[key] = fresh
        return fresh
    }

    // MARK: Check-out

    /// A backend for the message at hand, without waiting; false where there is none that is ready for this session.
    func checkOutNow(_ frontend: Frontend, _ session: FrontendSession) -> Bool {
        guard frontend.backend == nil, let pool = pool(for: frontend), !isPaused(pool), let id = pool.core.checkOut() else { return false }
        pool.publish()
        guard let backend = backends[id] else { preconditionFailure("a pool holds a backend that is gone") }
        assign(backend, to: frontend, session)
        return session.isAttached
    }

    /// The frontend's login, or its next message, waits for a backend.
    func hold(_ frontend: Frontend) {
        if welcome(frontend) { return }
        if frontend.stage != .held {
            frontend.stage = .held
            if frontend.session?.isInService == true { setTimer(frontend, after: configuration.queryWaitTimeout) }
        }
        if frontend.waitingAt == nil { frontend.waitingAt = reactor.now }
        // It has one already, which is not ready.
        if let backend = frontend.backend {
            if case .serving = backend.stage, let session = frontend.session { align(backend, for: frontend, session) }
        } else {
            wait(frontend)
        }
        watch(frontend)
    }

    /// Ends a login that another session with the same wishes has had before in this epoch: it needs no backend to be told of the server.
    private func welcome(_ frontend: Frontend) -> Bool {
        guard let session = frontend.session, session.isAwaitingGreeting, !session.isReplication, frontend.backend == nil,
              let welcome = welcomes[session.start] else { return false }
        unqueue(frontend)
        cancelTimer(frontend)
        frontend.stage = .serving
        noteLogin(frontend)
        write(session.greeted(with: welcome), to: frontend)
        if !frontend.isClosed { revisit(frontend) }
        return true
    }

    /// What the next login with the same wishes may be told.
    private func rememberWelcome(_ session: FrontendSession, _ parameters: ServerParameters) {
        if starts.count >= Self.mostWelcomes {
            starts.removeAll()
            welcomes.removeAll()
        }
        if let forgotten = starts.updateValue(session.start, forKey: session.startup) { welcomes[forgotten] = nil }
        welcomes[session.start] = Welcome(parameters)
    }

    /// A backend began with these values, which ALTER ROLE or a new configuration of the node may have changed.
    func began(_ pool: ShardPool, _ parameters: ServerParameters) {
        if let before = pool.greeting, before != parameters { forgetWelcomes { $0.database == pool.key.database && $0.user == pool.key.user } }
        pool.greeting = parameters
    }

    /// The next logins of these are told by a backend again.
    func forgetWelcomes(_ isMeant: (StartupMessage) -> Bool) { welcomes = welcomes.filter { !isMeant($0.key.startup) } }

    /// Start-up packets whose answer is known.
    private static let mostWelcomes = 1024

    /// Puts a frontend into the queue that it belongs to.
    func wait(_ frontend: Frontend) {
        if frontend.isQueued { return }
        guard let session = frontend.session, primary != nil, !isPaused(session.startup.database) else {
            stranded.append(frontend.id)
            return
        }
        if !session.isInService, !session.isAwaitingGreeting {
            wish(.login(frontend.id))
            return
        }
        if session.isReplication {
            wish(.walsender(frontend.id))
            return
        }
        // Not before: who is let in by nobody gets no pool.
        guard let pool = pool(for: frontend) else { preconditionFailure("a primary without pools") }
        if let refusal = freshRefusal(pool) {
            refuse(frontend, refusal)
        } else if let id = pool.core.checkOut(), let backend = backends[id] {
            assign(backend, to: frontend, session)
        } else {
            frontend.isQueued = true
            pool.core.wait(frontend.id, at: reactor.now.forPools)
            openMore(pool)
        }
        pool.publish()
    }

    /// Those who waited where there is nothing to wait for any more.
    func waitAgain(_ ids: [SlotID]) {
        for id in ids { if let frontend = frontends[id], frontend.stage == .held, frontend.backend == nil { wait(frontend) } }
        openNext()
    }

    private func freshRefusal(_ pool: ShardPool) -> ErrorMessage? {
        guard let refusal = pool.refusal else { return nil }
        if reactor.now < refusal.until { return refusal.message }
        pool.refusal = nil
        return nil
    }

    /// The frontend waits no longer, whatever comes.
    func unqueue(_ frontend: Frontend) {
        frontend.isNotified = false
        noteWaitEnded(frontend)
        guard frontend.isQueued else { return }
        frontend.isQueued = false
        frontend.pool?.core.leave(frontend.id)
        frontend.pool?.publish()
    }

    private func assign(_ backend: Backend, to frontend: Frontend, _ session: FrontendSession) {
        frontend.isQueued = false
        frontend.isNotified = false
        frontend.backend = backend
        backend.frontend = frontend
        align(backend, for: frontend, session)
    }

    /// Has the backend take over the session's settings, or attaches it at once where it has them.
    private func align(_ backend: Backend, for frontend: Frontend, _ session: FrontendSession) {
        guard let text = session.alignment(of: backend.state) else { return attach(backend, frontend, session) }
        if session.isAttached { session.detached() }
        var interlude = Interlude(aligning: text, with: session.settings)
        let first = interlude.begin()
        backend.interlude = interlude
        backend.stage = .aligning
        setTimer(backend, after: Self.interludeTime)
        if let first { send(first, to: backend) }
    }

    private func attach(_ backend: Backend, _ frontend: Frontend, _ session: FrontendSession) {
        let state = backend.state
        backend.stage = .serving
        cancelTimer(frontend)
        noteAssignment(backend, frontend, session)
        if session.isAwaitingGreeting { rememberWelcome(session, state.parameters) }
        let news = session.attached(state)
        if !news.isEmpty {
            write(news, to: frontend)
            if frontend.isClosed || backend.isClosed { return }
        }
        if frontend.stage == .held {
            frontend.stage = .serving
            revisit(frontend)
        }
        // A login alone needs no backend any longer.
        if !news.isEmpty, frontend.input.isEmpty, session.isReleasing(state) { release(backend, frontend) }
        watch(frontend)
    }

    // MARK: Check-in

    /// The session has done with the backend, for now.
    func release(_ backend: Backend, _ frontend: Frontend) {
        separate(backend, frontend)
        checkIn(backend)
        watch(frontend)
    }

    func separate(_ backend: Backend, _ frontend: Frontend) {
        frontend.session?.detached()
        frontend.backend = nil
        backend.frontend = nil
    }

    /// A backend that nobody has: to whom has waited longest, or into its pool.
    func checkIn(_ backend: Backend) {
        guard let pool = backend.pool, isCurrent(pool.epoch), isCurrent(backend.epoch), !isWindingUp else { return close(backend) }
        if backend.cancels > 0 {
            backend.stage = .awaitingCancel
            return
        }
        if mustGo(backend, pool) {
            retire(backend)
            return openMore(pool)
        }
        backend.stage = .idle
        if let other = pool.worseOff { return give(backend, to: other, pool) }
        defer { pool.publish() }
        while true {
            switch pool.core.checkIn(backend.id, opened: backend.openedAt.forPools, at: reactor.now.forPools) {
            case .close:
                close(backend)
                openMore(pool)
                return
            case .park:
                watch(backend)
                return
            case .assign(let id):
                guard let frontend = frontends[id], frontend.stage == .held, frontend.isQueued, let session = frontend.session else { continue }
                return assign(backend, to: frontend, session)
            }
        }
    }

    /// The frontend leaves, and what it had of the backend is undone before another gets it; where that cannot be, the backend goes.
    func part(_ backend: Backend) {
        guard let frontend = backend.frontend, let session = frontend.session else { return close(backend) }
        if case .aligning = backend.stage { return separate(backend, frontend) }
        let isClean = session.isAttached && session.leavesCleanly(backend.state) && backend.isQuiet && frontend.scanner.isAtBoundary && backend.pool != nil
        guard isClean, case .serving = backend.stage, !isWindingUp else { return abandon(backend) }
        let isUsed = session.mode == .session || session.pin != nil || session.status != .idle
        let isInBlock = session.status != .idle
        separate(backend, frontend)
        if isUsed { reset(backend, isInBlock) } else { checkIn(backend) }
    }

    private func reset(_ backend: Backend, _ isInBlock: Bool) {
        var interlude = Interlude(resetting: configuration.resetQueries, isInBlock: isInBlock)
        guard let first = interlude.begin() else { return isInBlock ? close(backend) : checkIn(backend) }
        backend.interlude = interlude
        backend.stage = .resetting
        setTimer(backend, after: Self.interludeTime)
        send(first, to: backend)
        if !backend.isClosed { watch(backend) }
    }

    /// Statements of ours between two sessions take no longer, or the backend is of no use.
    static let interludeTime = Duration.seconds(10)

    /// An answer to one of our own statements.
    func continueInterlude(_ backend: Backend, _ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, isWhole: Bool) {
        guard let action = backend.interlude?.received(kind, body, isWhole: isWhole, backend.state) else { preconditionFailure("no interlude in stage \(backend.stage)") }
        switch action {
        case .wait, .send: break
        case .done, .failed: backend.interlude = nil
        }
        if case .aligning = backend.stage { continueAligning(backend, action) } else { continueResetting(backend, action) }
    }

    private func continueAligning(_ backend: Backend, _ action: Interlude.Action) {
        switch action {
        case .wait: break
        case .send(let bytes): send(bytes, to: backend)
        case .done:
            cancelTimer(backend)
            backend.state.share(parameterSets.one(like: backend.state.parameters))
            if let frontend = backend.frontend, let session = frontend.session { attach(backend, frontend, session) } else { checkIn(backend) }
        case .failed(let error):
            cancelTimer(backend)
            let frontend = backend.frontend
            if let frontend { separate(backend, frontend) }
            if error.isFinal { lose(backend, .said(error)) } else { checkIn(backend) }
            if let frontend { refuse(frontend, Self.settingsRefused(error)) }
        }
    }

    private static func settingsRefused(_ error: ErrorMessage) -> ErrorMessage {
        ErrorMessage(.error, error.state, "the settings of this session cannot be had from the node: \(error.message)",
                     hint: "They are what the client asked for when it connected, and what it has set since.")
    }

    private func continueResetting(_ backend: Backend, _ action: Interlude.Action) {
        switch action {
        case .wait: break
        case .send(let bytes): send(bytes, to: backend)
        case .done:
            cancelTimer(backend)
            checkIn(backend)
        case .failed(let error):
            shared.note(.warning, "a backend was closed because reset_query_list failed: \(error.message)")
            close(backend)
        }
    }

    /// Answers a frontend that waits with an error: its login ends with it, its session lives.
    func refuse(_ frontend: Frontend, _ error: ErrorMessage) {
        if frontend.session?.isInService == true { return refuseHeld(frontend, error) }
        farewell(frontend, ErrorMessage(.fatal, error.state, error.message, detail: error.detail, hint: error.hint).bytes)
    }
}
