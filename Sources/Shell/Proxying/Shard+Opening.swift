internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// What a backend is opened for.
enum BackendWish {
    /// The client's own login passes through it.
    case login(SlotID)
    /// The daemon logs in to a walsender for this frontend alone.
    case walsender(SlotID)
    /// Somebody waits in this pool, or it has fewer than its minimum.
    case pool(ShardPool)
}

/// Backends on their way.
extension Shard {
    /// Backends of one shard that may be on their way to the primary at once: after a failover a thousand sessions want one,
    /// and each costs the node some milliseconds of processor time.
    static let mostOpenings = 16
    /// Between two tries of a primary that does not take connections.
    static let retryPause = Duration.milliseconds(20)
    /// The same where it has no slot free, or will have none of our TLS: only people change that.
    static let crowdedPause = Duration.milliseconds(250)

    func wish(_ wish: BackendWish, atFront: Bool = false) {
        if atFront, wishesStart > 0 {
            wishesStart -= 1
            wishes[wishesStart] = wish
        } else if atFront {
            wishes.insert(wish, at: 0)
        } else {
            wishes.append(wish)
        }
        openNext()
    }

    /// Opens backends for those who wait, as many as may be on their way.
    func openNext() {
        guard let primary = topology.primary, reactor.now >= retryAt else { return }
        while openings < (isPrimaryFailing ? 1 : Self.mostOpenings), let wish = nextWish() {
            open(wish, primary)
            if reactor.now < retryAt { return }
        }
    }

    private func nextWish() -> BackendWish? {
        while wishesStart < wishes.count {
            let wish = wishes[wishesStart]
            wishesStart += 1
            if wishesStart == wishes.count || wishesStart > 1024 {
                wishes.removeFirst(wishesStart)
                wishesStart = 0
            }
            switch wish {
            case .login(let id), .walsender(let id): if let frontend = frontends[id], frontend.stage == .held, frontend.backend == nil { return wish }
            case .pool(let pool):
                if pool.epoch == epoch { return wish }
                pool.share.release()
            }
        }
        return nil
    }

    private func open(_ wish: BackendWish, _ primary: Node) {
        guard let known = addresses[HostName(primary)], !known.isEmpty else {
            tryLater(wish, "the address of \(primary.name) (\(primary.host)) is not known")
            return
        }
        connect(wish, primary.id, known[...])
    }

    /// Tries the first of the addresses that can be tried.
    private func connect(_ wish: BackendWish, _ node: NodeID, _ candidates: ArraySlice<SocketAddress>) {
        var others = candidates, failure: SocketError?
        while let address = others.popFirst() {
            do {
                let descriptor = try Socket.connect(to: address)
                start(wish, BackendOpening(node: node, epoch: epoch, address: address, others: others, at: reactor.now), descriptor)
                return
            } catch { failure = error }
        }
        say(.evidence(node, epoch, failure?.isTimeout == true ? .timedOut : .refused))
        tryLater(wish, "node \(node): \(failure.map(\.description) ?? "no address is left")")
    }

    private func start(_ wish: BackendWish, _ opening: BackendOpening, _ descriptor: Int32) {
        Socket.tune(descriptor, configuration.tcp)
        guard let backend = backends.insert({ Backend($0, opening, Transport(descriptor), isOpening: true, shared.budget) }) else {
            Socket.close(descriptor)
            tryLater(wish, "the table of backends is full")
            return
        }
        openings += 1
        switch wish {
        case .login(let id), .walsender(let id):
            guard let frontend = frontends[id], let session = frontend.session else { preconditionFailure("a login without its frontend") }
            backend.frontend = frontend
            frontend.backend = backend
            if case .walsender = wish { backend.login = ownLogin(session.startupAtNode) }
        case .pool(let pool):
            backend.pool = pool
            backend.isAwaited = true
            backend.login = ownLogin(FrontendSession.startup(user: pool.key.user, database: pool.key.database))
        }
        do { try reactor.add(descriptor, ShardToken.backend(backend.id).token, backend.interest) } catch {
            openFailed(backend, nil, "cannot watch the connection: \(error)")
            return
        }
        setTimer(backend, after: configuration.connectTimeout)
    }

    /// The daemon's own login.
    private func ownLogin(_ startup: StartupMessage) -> BackendSession {
        let nonce = (0..<3).map { _ in String(chance.next(), radix: 36) }.joined()
        return BackendSession(startup, secret: secretForNodes(startup.user), nonce: nonce)
    }

    /// The socket is connected, or not.
    func connected(_ backend: Backend) {
        if let error = Socket.connectError(backend.descriptor) {
            connectFailed(backend, error)
            return
        }
        if configuration.nodeTLS.isAsked(of: backend.address) { askForTLS(backend) } else { beginLogin(backend) }
    }

    /// The connection is as it should be.
    func beginLogin(_ backend: Backend) {
        backend.stage = .loggingIn
        if let login = backend.login {
            send(login.opening, to: backend)
        } else if let frontend = backend.frontend, let startup = frontend.session?.startupAtNode {
            frontend.session?.attachedForLogin()
            frontend.stage = .serving
            send(startup.packet, to: backend)
            watch(frontend)
        }
        watch(backend)
    }

    private func connectFailed(_ backend: Backend, _ error: SocketError) {
        guard backend.otherAddresses.isEmpty else {
            let wish = takeWish(backend), others = backend.otherAddresses, node = backend.node
            close(backend)
            if let wish { connect(wish, node, others) }
            return
        }
        openFailed(backend, error.isTimeout ? .timedOut : .refused, error.description)
    }

    /// What the backend was to be, taken from it so that its end does not count against its pool.
    private func takeWish(_ backend: Backend) -> BackendWish? {
        if let pool = backend.pool {
            backend.isAwaited = false
            backend.pool = nil
            return .pool(pool)
        }
        defer { backend.frontend?.backend = nil }
        return backend.frontend.map { backend.login == nil ? .login($0.id) : .walsender($0.id) }
    }

    /// The node answered: it takes connections.
    func answered(_ backend: Backend) {
        guard backend.isOpening else { return }
        backend.isOpening = false
        openings -= 1
        isPrimaryFailing = false
        // The client's own login may take as long as the client does.
        if backend.login == nil { cancelTimer(backend) }
        openNext()
    }

    /// A backend did not come to life: those who wait for it wait on.
    func openFailed(_ backend: Backend, _ evidence: TrafficEvidence?, _ reason: String, after pause: Duration = Shard.retryPause) {
        if let evidence { say(.evidence(backend.node, backend.epoch, evidence)) }
        let wish = takeWish(backend), frontend = backend.frontend, node = backend.node
        close(backend)
        if let frontend {
            switch frontend.session?.backendLost(.reset, brokeMessage: false, nil) {
            case .logInAgain, nil: break
            case .stay(let words), .close(let words):
                farewell(frontend, words)
                return
            }
            frontend.stage = .held
            watch(frontend)
        }
        if let wish { tryLater(wish, "node \(node): \(reason)", after: pause) }
    }

    private func tryLater(_ wish: BackendWish, _ reason: String, after pause: Duration = Shard.retryPause) {
        if !isPrimaryFailing || reason != failure { shared.note(.info, "a backend cannot be opened, trying again: \(reason)") }
        isPrimaryFailing = true
        failure = reason
        retryAt = reactor.now + pause
        reactor.setTimer(ShardToken.retry.token, at: retryAt)
        self.wish(wish, atFront: true)
    }

    /// The node lets nobody in as this user: those who wait are told, and it is not asked again for a while.
    func loginRefused(_ backend: Backend, _ message: ErrorMessage) {
        guard let pool = backend.pool else { return walsenderRefused(backend, message) }
        close(backend)
        forgetSecret(pool.key.user)
        let error = ErrorMessage(.error, message.state, "the node refuses \(pool.key.user) for database \(pool.key.database): \(message.message)", hint: message.hint)
        pool.refusal = (error, reactor.now + configuration.loginRetry)
        shared.note(.warning, "\(pool.key): \(message.message)")
        for id in pool.core.waiting {
            guard let frontend = frontends[id] else { continue }
            unqueue(frontend)
            refuse(frontend, error)
        }
    }

    private func walsenderRefused(_ backend: Backend, _ message: ErrorMessage) {
        guard let frontend = backend.frontend, let startup = frontend.session?.startup else { preconditionFailure("a login of ours for nobody") }
        close(backend)
        forgetSecret(startup.user)
        farewell(frontend, ErrorMessage(.fatal, message.state, "the node refuses \(startup.user): \(message.message)", hint: message.hint).bytes)
    }

    /// The daemon is logged in.
    func ready(_ backend: Backend, _ login: BackendSession) {
        backend.login = nil
        backend.key = login.key
        joined(backend, login.parameters)
        if backend.isAwaited { backend.pool?.core.openingEnded() }
        backend.isAwaited = false
        guard let frontend = backend.frontend else { return checkIn(backend) }
        frontend.stage = .held
        hold(frontend)
    }

    /// A client's own login is through. Where the daemon could have done it too, the backend may serve others later.
    func loggedIn(_ backend: Backend, _ frontend: Frontend, _ parameters: ServerParameters) {
        guard admit(frontend) else { return }
        joined(backend, parameters)
        if let session = frontend.session, session.login != .relayed, !session.isReplication, let pool = pool(for: frontend),
           pool.share.reserve(limit: pool.core.rule.size, pool.core.rule) == .granted {
            backend.pool = pool
            dropSurplus(pool)
        }
        frontend.stage = .held
        hold(frontend)
    }

    /// A login that had to bring its own backend leaves one more behind than anybody needs, where another idles already: without an end, if
    /// clients come and go.
    private func dropSurplus(_ pool: ShardPool) {
        guard pool.share.open > pool.core.rule.minimum, let id = pool.core.lend(), let surplus = backends[id] else { return }
        retire(surplus)
        pool.publish()
    }

    private func joined(_ backend: Backend, _ parameters: ServerParameters) {
        cancelTimer(backend)
        backend.state.begin(parameterSets.one(like: parameters))
        backend.stage = .serving
        if let pool = backend.pool { began(pool, parameters) }
        say(.connected(backend.node, backend.epoch))
    }

    /// The deadline of a frontend that waits for a backend.
    func heldTooLong(_ frontend: Frontend) {
        let why = switch topology.gate {
        case .closed(let reason): "there is no primary: \(reason)"
        case .open where isPaused(frontend.session?.startup.database ?? ""): "the database is paused by an administrator"
        case .open(let primary):
            if let pool = frontend.pool, frontend.isQueued, let shortage = pool.share.shortage(pool.core.rule) {
                shortage.sentence(pool.key, pool.core.rule)
            } else {
                "the primary (node \(primary)) does not take connections"
            }
        }
        guard frontend.session?.isInService == true else {
            farewell(frontend, ErrorMessage(.fatal, .cannotConnectNow, "the login waited \(configuration.authenticationTimeout.map { "for \($0) " } ?? "")and was given up: \(why)").bytes)
            return
        }
        refuseHeld(frontend, ErrorMessage(.error, .cannotConnectNow, "the statement waited for \(configuration.queryWaitTimeout) and was given up: \(why)",
                                          hint: "It was not run. The session lives; try again, or raise query_wait_timeout."))
    }

    /// Answers what a frontend waits with by an error; the session lives.
    func refuseHeld(_ frontend: Frontend, _ error: ErrorMessage) {
        unqueue(frontend)
        if let backend = frontend.backend { part(backend) }
        cancelTimer(frontend)
        frontend.session?.refuseHeld(error)
        frontend.stage = .serving
        revisit(frontend)
    }
}
