internal import PostgresWire
internal import Reactor
internal import Sessions

/// Writing, back-pressure and deadlines of connections.
extension Shard {
    /// A read of `count` bytes may have left something that no change will tell of: more bytes, or the end behind them.
    func mayHaveMore(behind count: Int, _ readiness: Readiness) -> Bool { count == readBuffer.count || readiness.isPeerFinished || readiness.isDead }

    // MARK: Frontends

    func write(_ bytes: [UInt8], to frontend: Frontend) {
        bytes.withUnsafeBytes { write($0, to: frontend, isRelayed: false) }
    }

    /// Sends at once, and keeps what the socket does not take.
    func write(_ bytes: UnsafeRawBufferPointer, to frontend: Frontend, isRelayed: Bool) {
        if bytes.isEmpty || frontend.isClosed { return }
        frontend.figures?.traffic.sent &+= UInt64(bytes.count)
        var sent = 0
        if frontend.output.isEmpty {
            // A broken connection is found by its own event; until then nothing more is written to it.
            guard case .bytes(let count) = frontend.transport.send(bytes) else { return }
            if count == bytes.count {
                if frontend.transport.hasUnsent { watch(frontend) }
                return
            }
            sent = count
        }
        if isRelayed { frontend.isOutputRelayed = true }
        if !frontend.output.append(UnsafeRawBufferPointer(rebasing: bytes[sent...])) { breakOff(frontend) }
        watch(frontend)
    }

    func flush(_ frontend: Frontend) {
        guard case .bytes(let count) = frontend.transport.send(frontend.output.bytes) else {
            frontend.output.drop()
            return
        }
        frontend.output.consume(count)
        guard frontend.output.isEmpty else { return }
        frontend.isOutputRelayed = false
        if frontend.stage == .closing { frontend.transport.finish() }
        if let backend = frontend.backend { watch(backend) }
    }

    /// There is no memory for what the client is owed, so there is no way to go on; not even with words.
    private func breakOff(_ frontend: Frontend) {
        shared.note(.warning, "client_memory_limit is reached: a session of \(frontend.session?.startup.user ?? "an unknown user") was closed")
        if let backend = frontend.backend { abandon(backend) }
        close(frontend)
    }

    /// Asks the loop for what this frontend waits for, if that changed.
    func watch(_ frontend: Frontend) {
        if frontend.isClosed { return }
        var wanted: Interest = frontend.transport.wantsWritable(hasOutput: !frontend.output.isEmpty) ? .writable : .nothing
        switch frontend.stage {
        case .startingUp, .authenticating, .closing: if !frontend.isFinished { wanted = wanted.union(.readable) }
        case .serving:
            // Its node must take what it sends; without a node, it must take our answers.
            let isTaken = frontend.backend?.output.isEmpty ?? frontend.output.isEmpty
            if isTaken, !frontend.isFinished { wanted = wanted.union(.readable) }
        case .held, .awaitingVerdict: if !frontend.isFinished { wanted = wanted.union(.peerFinished) }
        case .awaitingAdmin: if frontend.administration != nil, !frontend.isFinished { wanted = wanted.union(.peerFinished) }
        case .cancelling, .awaitingAnswers: break
        }
        // In TLS, bytes may be left in the socket after a read.
        if !frontend.transport.isEncrypted { wanted = wanted.union(.edge) }
        if wanted == frontend.interest { return }
        frontend.interest = wanted
        reactor.change(frontend.descriptor, ShardToken.frontend(frontend.id).token, wanted)
    }

    func setTimer(_ frontend: Frontend, after duration: Duration) {
        cancelTimer(frontend)
        frontend.timer = reactor.setTimer(ShardToken.frontendTimer(frontend.id).token, at: reactor.now + duration)
    }

    func cancelTimer(_ frontend: Frontend) {
        if let timer = frontend.timer { reactor.cancelTimer(timer) }
        frontend.timer = nil
    }

    func deadlinePassed(_ frontend: Frontend) {
        frontend.timer = nil
        switch frontend.stage {
        case .closing, .cancelling: close(frontend)
        case .serving where frontend.isFinished, .awaitingAnswers where frontend.isFinished: farewell(frontend, [])
        case .startingUp, .authenticating, .awaitingVerdict, .serving, .awaitingAnswers:
            farewell(frontend, ErrorMessage(.fatal, .queryCanceled, "canceling authentication due to timeout").bytes)
        case .awaitingAdmin: administered(frontend, .failed(.internalError, "no answer within \(Self.adminTimeout)"))
        case .held: heldTooLong(frontend)
        }
    }

    // MARK: Backends

    /// Sends at once, and keeps what the socket does not take; the frontend is read no further until it is gone.
    func send(_ bytes: UnsafeRawBufferPointer, to backend: Backend) {
        if bytes.isEmpty || backend.isClosed { return }
        var sent = 0
        if backend.output.isEmpty, !backend.isConnecting {
            // A broken connection is found by its own event, behind what the node still had to say.
            guard case .bytes(let count) = backend.transport.send(bytes) else { return }
            if count == bytes.count {
                if backend.transport.hasUnsent { watch(backend) }
                return
            }
            sent = count
        }
        if !backend.output.append(UnsafeRawBufferPointer(rebasing: bytes[sent...])) { outOfMemory(backend) }
        if !backend.isClosed { watch(backend) }
    }

    func send(_ bytes: [UInt8], to backend: Backend) { bytes.withUnsafeBytes { send($0, to: backend) } }

    func flush(_ backend: Backend) {
        guard case .bytes(let count) = backend.transport.send(backend.output.bytes) else {
            backend.output.drop()
            return
        }
        backend.output.consume(count)
        if backend.output.isEmpty, let frontend = backend.frontend { watch(frontend) }
    }

    func watch(_ backend: Backend) {
        if backend.isClosed { return }
        var wanted: Interest = backend.isConnecting || backend.transport.wantsWritable(hasOutput: !backend.output.isEmpty) ? .writable : .nothing
        if !backend.isConnecting, backend.frontend?.output.isEmpty ?? true { wanted = wanted.union(.readable) }
        if !backend.isPreparing, !backend.transport.isEncrypted { wanted = wanted.union(.edge) }
        if wanted == backend.interest { return }
        backend.interest = wanted
        reactor.change(backend.descriptor, ShardToken.backend(backend.id).token, wanted)
    }

    func setTimer(_ backend: Backend, after duration: Duration) {
        cancelTimer(backend)
        backend.timer = reactor.setTimer(ShardToken.backendTimer(backend.id).token, at: reactor.now + duration)
    }

    func cancelTimer(_ backend: Backend) {
        if let timer = backend.timer { reactor.cancelTimer(timer) }
        backend.timer = nil
    }
}
