internal import ClusterModel
internal import PostgresWire
internal import Reactor
internal import Sessions

/// What nodes answer, and how backends end.
extension Shard {
    func ready(_ backend: Backend, _ readiness: Readiness) {
        if backend.isPreparing {
            prepare(backend, readiness)
            return
        }
        if readiness.isWritable, backend.transport.wantsWritable(hasOutput: !backend.output.isEmpty) { flush(backend) }
        if backend.isClosed { return }
        // A dead connection is read to its end even where reading pauses: there is nothing else to wait for.
        if readiness.isReadable, backend.interest.contains(.readable) || readiness.isDead { read(backend) }
        if !backend.isClosed { watch(backend) }
    }

    private func read(_ backend: Backend) {
        switch backend.transport.receive(into: readBuffer) {
        case .bytes(let count): take(backend, UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
        case .wouldBlock: break
        case .end, .failed: ended(backend)
        }
    }

    /// The node closed the connection.
    private func ended(_ backend: Backend) {
        if backend.stage == .serving {
            say(.evidence(backend.node, backend.epoch, .reset))
            lose(backend, .reset)
        } else {
            openFailed(backend, .reset, "the node closed the connection during the login")
        }
    }

    /// New bytes, behind what was kept of an unfinished message.
    private func take(_ backend: Backend, _ bytes: UnsafeRawBufferPointer) {
        answered(backend)
        if backend.isClosed { return }
        guard !backend.input.isEmpty else {
            keep(backend, bytes, from: consume(backend, bytes))
            return
        }
        guard backend.input.append(bytes) else { return outOfMemory(backend.frontend) }
        var kept = ByteBuffer(shared.budget)
        swap(&kept, &backend.input)
        let done = consume(backend, kept.bytes)
        if backend.isClosed { return }
        kept.consume(done)
        swap(&kept, &backend.input)
    }

    private func keep(_ backend: Backend, _ bytes: UnsafeRawBufferPointer, from done: Int) {
        guard !backend.isClosed, done < bytes.count else { return }
        if !backend.input.append(UnsafeRawBufferPointer(rebasing: bytes[done...])) { outOfMemory(backend.frontend) }
    }

    /// Cuts the bytes into messages; those that pass go to the frontend in one write. Returns how many are done with.
    private func consume(_ backend: Backend, _ bytes: UnsafeRawBufferPointer) -> Int {
        let frontend = backend.frontend
        var offset = 0, run = 0
        func forwardRun() {
            if offset > run { write(UnsafeRawBufferPointer(rebasing: bytes[run..<offset]), to: frontend, isRelayed: true) }
        }
        while true {
            let piece: FrameScanner.Piece?
            do { piece = try backend.scanner.next(bytes, at: offset) } catch {
                forwardRun()
                if !backend.isClosed { lose(backend, .violation(error)) }
                return bytes.count
            }
            guard let piece, case let next = piece else { break }
            let kind: UInt8, body: UnsafeRawBufferPointer, size: Int
            switch next {
            case .incomplete:
                forwardRun()
                return offset
            case .passing(let count), .large(_, let count):
                // Nothing but what a login says passes before the session is in service.
                if backend.login != nil { run = offset + count }
                offset += count
                continue
            case .message(let itsKind, let itsBody, let itsSize): (kind, body, size) = (itsKind, itsBody, itsSize)
            }
            guard let known = BackendMessageKind(rawValue: kind) else { preconditionFailure("a message that the scanner let through") }
            if backend.login != nil {
                offset += size
                run = offset
                logIn(backend, known, body)
            } else {
                let reaction = frontend.session?.answered(known, body) ?? .close
                if case .forward = reaction {
                    offset += size
                    continue
                }
                if case .close = reaction { offset += size }
                forwardRun()
                if backend.isClosed { return bytes.count }
                if case .close = reaction {} else { offset += size }
                run = offset
                react(backend, reaction)
            }
            if backend.isClosed { return bytes.count }
        }
        forwardRun()
        if frontend.stage == .awaitingAnswers || frontend.isFinished { answersCame(frontend) }
        return offset
    }

    /// What waited for answers is looked at again; a client that sends no more and is owed nothing is done.
    private func answersCame(_ frontend: Frontend) {
        guard !frontend.isClosed, frontend.stage == .awaitingAnswers || frontend.session?.isBusy == false else { return }
        if frontend.stage == .awaitingAnswers { frontend.stage = .serving }
        revisit(frontend)
    }

    private func logIn(_ backend: Backend, _ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) {
        switch backend.login?.received(kind, body, shared.keys.keys) {
        case .wait, nil: break
        case .send(let bytes): send(bytes, to: backend)
        case .ready: if let login = backend.login { ready(backend, login) }
        case .failed(.notNow(let message)): openFailed(backend, Self.evidence(message), message.message)
        case .failed(.standby):
            say(.standbyAsPrimary(backend.node, backend.epoch))
            openFailed(backend, nil, "it says that it is a standby")
        case .failed(.refused(let message)):
            let frontend = backend.frontend
            close(backend)
            farewell(frontend, ErrorMessage(.fatal, .adminShutdown, "the session cannot move to the new primary: \(message.message)").bytes)
        }
    }

    private func react(_ backend: Backend, _ reaction: FrontendSession.Reaction) {
        let frontend = backend.frontend
        switch reaction {
        case .forward, .swallow: break
        case .reply(let bytes): write(bytes, to: frontend)
        case .greet(let bytes, let salt, let iterations):
            prepareKeys(frontend, salt, iterations)
            served(backend)
            cancelTimer(frontend)
            write(bytes, to: frontend)
            if !frontend.isClosed { revisit(frontend) }
        case .keep(let key): backend.key = key
        case .close: farewell(frontend, [])
        case .crashing: say(.evidence(backend.node, backend.epoch, .crashShutdown))
        case .lost(let loss):
            switch loss {
            case .said(let message): if let evidence = Self.evidence(message) { say(.evidence(backend.node, backend.epoch, evidence)) }
            case .standby: say(.standbyAsPrimary(backend.node, backend.epoch))
            case .gateClosed, .reset, .violation: break
            }
            lose(backend, loss)
        }
    }

    /// So that a failover does not begin with deriving the keys of every user on the loops.
    private func prepareKeys(_ frontend: Frontend, _ salt: [UInt8], _ iterations: Int) {
        guard !salt.isEmpty, let user = frontend.session?.startup.user, let secret = configuration.knownSecrets[user] else { return }
        shared.keys.prepare(SCRAMOrigin(password: secret, salt: salt, iterations: iterations))
    }

    private static func evidence(_ message: ErrorMessage) -> TrafficEvidence? {
        switch message.state {
        case .adminShutdown: .adminShutdown
        case .crashShutdown: .crashShutdown
        case .cannotConnectNow: .cannotConnectNow
        default: nil
        }
    }

    // MARK: Ends

    /// The backend is of no use any more; its session decides what becomes of it.
    func lose(_ backend: Backend, _ loss: BackendLoss) {
        let frontend = backend.frontend
        if case .violation(let violation) = loss { shared.note(.warning, "node \(backend.node) sent an \(violation)") }
        // Of the old epoch nothing is told any more once the gate is closed, not even what waits for the socket.
        let isStale = loss == .gateClosed && frontend.isOutputRelayed && !frontend.output.isEmpty
        let isBroken = isStale || !backend.scanner.isAtBoundary
        let wasAttached = backend.login == nil && !backend.isPreparing
        close(backend)
        guard wasAttached else { return hold(frontend) }
        switch frontend.session?.backendLost(loss, brokeMessage: isBroken) {
        case nil: close(frontend)
        case .stay(let bytes):
            write(bytes, to: frontend)
            if frontend.isClosed { return }
            if frontend.stage == .awaitingAnswers { frontend.stage = .serving }
            revisit(frontend)
        case .logInAgain: hold(frontend)
        case .close(let words):
            if isStale { frontend.output.drop() }
            farewell(frontend, words)
        }
    }

    /// The frontend is leaving: says goodbye for it, or has its statement cancelled.
    func part(_ backend: Backend, isBusy: Bool) {
        if isBusy, backend.stage == .serving, let key = backend.key {
            startErrand(to: backend, key, origin: nil)
        } else if backend.stage == .serving {
            var writer = MessageWriter()
            writer.message(.terminate) { _ in }
            send(writer.bytes, to: backend)
        }
        close(backend)
    }

    func close(_ backend: Backend) {
        if backend.isClosed { return }
        backend.isClosed = true
        cancelTimer(backend)
        reactor.remove(backend.descriptor)
        backend.transport.close()
        backends.remove(backend.id)
        backend.input.drop()
        backend.output.drop()
        backend.frontend.backend = nil
        if backend.isOpening {
            openings -= 1
            backend.isOpening = false
        }
    }
}
