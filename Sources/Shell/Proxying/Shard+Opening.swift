internal import ClusterModel
internal import PostgresWire
internal import Reactor
internal import Sessions

/// Frontends that wait for a backend, and backends on their way.
extension Shard {
    /// Backends of one shard that may be on their way to the primary at once: after a failover a thousand sessions want one,
    /// and each costs the node some milliseconds of processor time.
    static let mostOpenings = 16
    /// Between two tries of a primary that does not take connections.
    static let retryPause = Duration.milliseconds(20)

    /// The frontend's login, or its next message, waits for a backend.
    func hold(_ frontend: Frontend) {
        let isWaiting = frontend.stage == .held
        frontend.stage = .held
        if !isWaiting, frontend.session?.isInService == true { setTimer(frontend, after: configuration.queryWaitTimeout) }
        enqueue(frontend, atFront: false)
        openNext()
        watch(frontend)
    }

    private func enqueue(_ frontend: Frontend, atFront: Bool) {
        if frontend.isQueued { return }
        frontend.isQueued = true
        if atFront, queueStart > 0 {
            queueStart -= 1
            queue[queueStart] = frontend.id
        } else if atFront {
            queue.insert(frontend.id, at: 0)
        } else {
            queue.append(frontend.id)
        }
    }

    /// Opens backends for those who wait, as many as may be on their way.
    func openNext() {
        guard let primary = topology.primary, reactor.now >= retryAt else { return }
        while openings < (isPrimaryFailing ? 1 : Self.mostOpenings), let frontend = nextInQueue() {
            open(frontend, primary)
            if reactor.now < retryAt { return }
        }
    }

    private func nextInQueue() -> Frontend? {
        while queueStart < queue.count {
            let id = queue[queueStart]
            queueStart += 1
            if queueStart == queue.count || queueStart > 1024 {
                queue.removeFirst(queueStart)
                queueStart = 0
            }
            guard let frontend = frontends[id] else { continue }
            frontend.isQueued = false
            if frontend.stage == .held, frontend.backend == nil { return frontend }
        }
        return nil
    }

    private func open(_ frontend: Frontend, _ primary: Node) {
        let endpoint = NodeEndpoint(primary)
        guard let known = addresses[endpoint], !known.isEmpty else {
            tryLater(frontend, "the address of \(primary.name) (\(primary.host)) is not known")
            return
        }
        connect(frontend, primary.id, known[...])
    }

    /// Tries the first of the addresses that can be tried.
    private func connect(_ frontend: Frontend, _ node: NodeID, _ candidates: ArraySlice<SocketAddress>) {
        var others = candidates, failure: SocketError?
        while let address = others.popFirst() {
            do {
                let descriptor = try Socket.connect(to: address)
                start(frontend, node, descriptor, address, others)
                return
            } catch { failure = error }
        }
        say(.evidence(node, topology.epoch, failure?.isTimeout == true ? .timedOut : .refused))
        tryLater(frontend, "node \(node): \(failure.map(\.description) ?? "no address is left")")
    }

    private func start(_ frontend: Frontend, _ node: NodeID, _ descriptor: Int32, _ address: SocketAddress, _ others: ArraySlice<SocketAddress>) {
        Socket.tune(descriptor, keepalive: configuration.keepalive, userTimeout: configuration.userTimeout)
        let login = ownLogin(frontend)
        let made = backends.insert {
            Backend($0, descriptor, node: node, epoch: topology.epoch, address: address, others: others, for: frontend, login: login, shared.budget)
        }
        guard let backend = made else {
            Socket.close(descriptor)
            tryLater(frontend, "the table of backends is full")
            return
        }
        openings += 1
        frontend.backend = backend
        do { try reactor.add(descriptor, ShardToken.backend(backend.id).token, backend.interest) } catch {
            openFailed(backend, nil, "cannot watch the connection: \(error)")
            return
        }
        setTimer(backend, after: configuration.connectTimeout)
    }

    /// The daemon's login in the client's place; nil where the client's own is relayed.
    private func ownLogin(_ frontend: Frontend) -> BackendSession? {
        guard let session = frontend.session, session.isInService else { return nil }
        var random = SystemRandomNumberGenerator()
        let nonce = (0..<3).map { _ in String(random.next() as UInt64, radix: 36) }.joined()
        return BackendSession(session.startup, secret: configuration.knownSecrets[session.startup.user], nonce: nonce)
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
        } else if let packet = backend.frontend.session?.startup.packet {
            backend.frontend.session?.attachedForLogin()
            backend.frontend.stage = .serving
            send(packet, to: backend)
        }
        watch(backend)
        watch(backend.frontend)
    }

    private func connectFailed(_ backend: Backend, _ error: SocketError) {
        guard backend.otherAddresses.isEmpty else {
            let frontend = backend.frontend
            close(backend)
            connect(frontend, backend.node, backend.otherAddresses)
            return
        }
        openFailed(backend, error.isTimeout ? .timedOut : .refused, error.description)
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

    /// A backend did not come to life: its frontend waits on, first in the queue.
    func openFailed(_ backend: Backend, _ evidence: TrafficEvidence?, _ reason: String) {
        if let evidence { say(.evidence(backend.node, backend.epoch, evidence)) }
        let frontend = backend.frontend
        close(backend)
        if frontend.session?.isInService != true {
            switch frontend.session?.backendLost(.reset, brokeMessage: false) {
            case .logInAgain, nil: break
            case .stay(let words), .close(let words):
                farewell(frontend, words)
                return
            }
        }
        frontend.stage = .held
        tryLater(frontend, "node \(backend.node): \(reason)")
        watch(frontend)
    }

    func tryLater(_ frontend: Frontend, _ reason: String) {
        if !isPrimaryFailing { shared.note(.info, "a backend cannot be opened, trying again: \(reason)") }
        isPrimaryFailing = true
        retryAt = reactor.now + Self.retryPause
        reactor.setTimer(ShardToken.retry.token, at: retryAt)
        enqueue(frontend, atFront: true)
    }

    /// The daemon logged in for a session that goes on: its held message first.
    func ready(_ backend: Backend, _ login: BackendSession) {
        let frontend = backend.frontend
        backend.login = nil
        backend.key = login.key
        served(backend)
        if let news = frontend.session?.attached(login.parameters) { write(news, to: frontend) }
        if frontend.isClosed { return }
        cancelTimer(frontend)
        frontend.stage = .serving
        revisit(frontend)
    }

    /// A login is through.
    func served(_ backend: Backend) {
        cancelTimer(backend)
        backend.stage = .serving
        say(.connected(backend.node, backend.epoch))
    }

    /// The deadline of a frontend that waits for a backend.
    func heldTooLong(_ frontend: Frontend) {
        let why = switch topology.gate {
        case .closed(let reason): "there is no primary: \(reason)"
        case .open(let primary): "the primary (node \(primary)) does not take connections"
        }
        guard frontend.session?.isInService == true else {
            farewell(frontend, ErrorMessage(.fatal, .cannotConnectNow, "the login waited for \(configuration.authenticationTimeout) and was given up: \(why)").bytes)
            return
        }
        refuseHeld(frontend, ErrorMessage(.error, .cannotConnectNow, "the statement waited for \(configuration.queryWaitTimeout) and was given up: \(why)",
                                          hint: "It was not run. The session lives; try again, or raise query_wait_timeout."))
    }

    /// Answers what a frontend waits with by an error; the session lives.
    func refuseHeld(_ frontend: Frontend, _ error: ErrorMessage) {
        if let backend = frontend.backend { close(backend) }
        cancelTimer(frontend)
        frontend.session?.refuseHeld(error)
        frontend.stage = .serving
        revisit(frontend)
    }
}
