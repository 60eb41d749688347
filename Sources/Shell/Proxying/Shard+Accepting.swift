internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// New connections, up to what they want.
extension Shard {
    /// Connections taken at one time, so that a flood of them does not starve the sessions.
    private static let acceptBatch = 64

    /// To be told that no more wait costs the kernel nearly as much as a connection, so one is taken at a time; more, while the listener stays ready.
    private var acceptable: Int { min(Self.acceptBatch, 1 << min(acceptStreak / 4, 6)) }

    func accept(_ listener: Listener) {
        // The shards have not met yet: the message is on its way, and the listener stays ready.
        if peers.isEmpty { return }
        for _ in 0..<acceptable {
            do {
                guard let descriptor = try listener.accept() else {
                    acceptStreak = 0
                    return
                }
                deal(descriptor)
            } catch where error.isOutOfDescriptors {
                turnAway(listener)
                return
            } catch {
                shared.note(.warning, "cannot accept on \(listener.address): \(error)")
                return
            }
        }
        acceptStreak &+= 1
    }

    /// To each shard in turn.
    private func deal(_ descriptor: Int32) {
        guard stopping == nil, shared.admitConnection() else { return turnAway(descriptor) }
        let shard = nextShard
        nextShard = (nextShard + 1) % peers.count
        if shard == number {
            take(descriptor)
        } else if !peers[shard].post(.take(descriptor)) {
            shared.releaseConnection()
            Socket.close(descriptor)
        }
    }

    private var tooManyClients: ErrorMessage {
        ErrorMessage(.fatal, .tooManyConnections, "sorry, too many clients already: \(configuration.maxFrontendsName) is \(configuration.maxFrontends)")
    }

    /// There are too many even to listen to what this one wants. It is told what most likely is meant for it, as far as the socket takes it.
    private func turnAway(_ descriptor: Int32) {
        let words = stopping == nil && !hasEnded ? tooManyClients : ErrorMessage(.fatal, .cannotConnectNow, "the proxy is shutting down")
        words.bytes.withUnsafeBytes { _ = Socket.send(descriptor, $0) }
        Socket.close(descriptor)
    }

    /// There is no descriptor left: takes one connection with the spare one and closes it, or the listener would stay ready for ever.
    private func turnAway(_ listener: Listener) {
        if spare >= 0 { Socket.close(spare) }
        do { if let descriptor = try listener.accept() { Socket.close(descriptor) } } catch {
            shared.note(.warning, "cannot accept on \(listener.address): \(error)")
        }
        spare = Socket.spare()
        shared.note(.warning, "out of file descriptors: a connection was closed (raise the limit, or lower \(configuration.maxFrontendsName))")
    }

    /// A connection that `deal` counted.
    func take(_ descriptor: Int32) {
        guard !hasEnded else {
            shared.releaseConnection()
            return turnAway(descriptor)
        }
        guard let frontend = frontends.insert({ Frontend($0, descriptor, offersTLS: offersTLS(descriptor), shared.budget, at: reactor.now) }) else {
            shared.releaseConnection()
            Socket.close(descriptor)
            return
        }
        do { try reactor.add(descriptor, ShardToken.frontend(frontend.id).token, frontend.interest) } catch {
            shared.note(.warning, "cannot watch a connection: \(error)")
            close(frontend)
            return
        }
        if let limit = configuration.authenticationTimeout { setTimer(frontend, after: limit) }
        // The kernel kept it back until it said something.
        ready(frontend, .readable)
    }

    /// The packets before the messages. Returns how many bytes are done with.
    func startUp(_ frontend: Frontend, _ bytes: UnsafeRawBufferPointer) -> Int {
        switch frontend.startup.received(bytes) {
        case .readMore: return 0
        case .answer(let reply, let consumed):
            write(reply, to: frontend)
            return consumed
        case .secure(let answer, let consumed):
            secure(frontend, answer, early: UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
            return bytes.count
        case .cancel(let key):
            frontend.stage = .cancelling
            route(key, from: frontend)
            return bytes.count
        case .start(let message, let reply, let consumed):
            begin(frontend, message, reply)
            return consumed
        case .refuse(let words):
            farewell(frontend, words)
            return bytes.count
        }
    }

    private func begin(_ frontend: Frontend, _ message: StartupMessage, _ reply: [UInt8]) {
        let isForAdministration = isForAdministration(message.database)
        // An administrator gets in when nobody else does; the connections beyond the sessions bound them.
        guard isForAdministration || shared.admitSession() else {
            farewell(frontend, tooManyClients.bytes)
            return
        }
        frontend.isCounted = !isForAdministration
        guard stopping == nil else {
            farewell(frontend, ErrorMessage(.fatal, .cannotConnectNow, "the proxy is shutting down").bytes)
            return
        }
        guard isForAdministration || !service.isDisabled(message.database) else {
            farewell(frontend, ErrorMessage(.fatal, .cannotConnectNow, "database \"\(message.database)\" is disabled by an administrator").bytes)
            return
        }
        // The process number leads a cancel request to the shard and the place; the secret alone gives the right to it.
        let key = BackendKey(process: Int32(truncatingIfNeeded: (number + 1) << 24 | frontend.id.index), isLong: message.takesLongKey) { chance.take($0) }
        frontend.session = FrontendSession(starts[message] ?? SessionStart(message), key: key, mode: rule(database: message.database, user: message.user).mode,
                                           preparedCapacity: configuration.preparedStatements)
        write(reply, to: frontend)
        if !frontend.isClosed { authenticate(frontend) }
    }

    /// What holds for the pools of a database and user. Not asked of the configuration itself, which would be copied to answer.
    func rule(database: String, user: String) -> PoolRule { configuration.overrides.applied(to: configuration.pooling, database: database, user: user) }

    /// The frontend has proved to the proxy who it is.
    func letIn(_ frontend: Frontend) {
        guard let session = frontend.session else { preconditionFailure("a login before the session") }
        if isForAdministration(session.startup.database) { return beginAdministration(frontend) }
        guard admit(frontend) else { return }
        session.authenticated()
        hold(frontend)
    }

    /// Counts a frontend that is known now, or says that its database or user has too many.
    func admit(_ frontend: Frontend) -> Bool {
        guard let startup = frontend.session?.startup, !frontend.isTallied else { return true }
        let rule = rule(database: startup.database, user: startup.user)
        switch shared.clients.admit(database: startup.database, user: startup.user, maxDatabase: rule.maxDatabaseFrontends, maxUser: rule.maxUserFrontends) {
        case nil:
            frontend.isTallied = true
            return true
        case .database: tooMany(frontend, "database \"\(startup.database)\"", "max_db_client_connections", rule.maxDatabaseFrontends)
        case .user: tooMany(frontend, "user \"\(startup.user)\"", "max_user_client_connections", rule.maxUserFrontends)
        }
        return false
    }

    private func tooMany(_ frontend: Frontend, _ whose: String, _ parameter: String, _ limit: Int?) {
        farewell(frontend, ErrorMessage(.fatal, .tooManyConnections, "too many connections for \(whose): \(parameter) is \(limit ?? 0)").bytes)
    }
}
