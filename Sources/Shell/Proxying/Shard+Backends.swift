internal import ClusterModel
internal import Pooling
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
        if readiness.isReadable, backend.interest.contains(.readable) || readiness.isDead { read(backend, readiness) }
        if !backend.isClosed { watch(backend) }
    }

    private func read(_ backend: Backend, _ readiness: Readiness) {
        switch backend.transport.receive(into: readBuffer) {
        case .bytes(let count):
            take(backend, UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
            if !backend.isClosed, backend.interest.contains(.edge), mayHaveMore(behind: count, readiness) {
                reactor.change(backend.descriptor, ShardToken.backend(backend.id).token, backend.interest)
            }
        case .wouldBlock: break
        case .end, .failed: ended(backend)
        }
    }

    /// The node closed the connection.
    private func ended(_ backend: Backend) {
        switch backend.stage {
        case .connecting, .askingForTLS, .shakingHands, .loggingIn: openFailed(backend, .reset, "the node closed the connection during the login")
        case .ending: closeAndReplace(backend)
        case .idle, .aligning, .serving, .resetting, .awaitingCancel:
            say(.evidence(backend.node, backend.epoch, .reset))
            lose(backend, .reset)
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
        guard backend.input.append(bytes) else { return outOfMemory(backend) }
        var kept = ByteBuffer(shared.budget)
        swap(&kept, &backend.input)
        let done = consume(backend, kept.bytes)
        if backend.isClosed { return }
        kept.consume(done)
        swap(&kept, &backend.input)
    }

    private func keep(_ backend: Backend, _ bytes: UnsafeRawBufferPointer, from done: Int) {
        guard !backend.isClosed, done < bytes.count else { return }
        if !backend.input.append(UnsafeRawBufferPointer(rebasing: bytes[done...])) { outOfMemory(backend) }
    }

    /// Cuts the bytes into messages and does with each what it means where the backend stands. Returns how many bytes are done with.
    private func consume(_ backend: Backend, _ bytes: UnsafeRawBufferPointer) -> Int {
        if case .serving = backend.stage, let frontend = backend.frontend, let session = frontend.session { return pass(bytes, backend, frontend, session) }
        return listen(backend, bytes)
    }

    /// What no session asked for, and so reaches none. A session may get the backend on the way.
    private func listen(_ backend: Backend, _ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0
        while !backend.isClosed {
            if case .serving = backend.stage { return offset + consume(backend, UnsafeRawBufferPointer(rebasing: bytes[offset...])) }
            do {
                switch try backend.scanner.next(bytes, at: offset) {
                case nil, .incomplete: return offset
                case .passing(let count): offset += count
                case .message(let kind, let body, let size, let isWhole):
                    offset += size
                    hear(backend, Self.known(kind), body, isWhole)
                }
            } catch { lose(backend, .violation(error)) }
        }
        return bytes.count
    }

    private static func known(_ kind: UInt8) -> BackendMessageKind {
        guard let known = BackendMessageKind(rawValue: kind) else { preconditionFailure("a message of kind \(kind) that the scanner let through") }
        return known
    }

    /// The answers to a session: those that pass go to the frontend in one write.
    private func pass(_ bytes: UnsafeRawBufferPointer, _ backend: Backend, _ frontend: Frontend, _ session: FrontendSession) -> Int {
        let state = backend.state
        var offset = 0, run = 0
        while true {
            let piece: FrameScanner.Piece?
            do { piece = try backend.scanner.next(bytes, at: offset) } catch {
                forward(bytes, run..<offset, to: frontend)
                if !backend.isClosed { lose(backend, .violation(error)) }
                return bytes.count
            }
            guard let piece else { break }
            let kind: BackendMessageKind, body: UnsafeRawBufferPointer, size: Int, isWhole: Bool
            switch piece {
            case .incomplete:
                finish(bytes, run..<offset, backend, frontend, session)
                return offset
            case .passing(let count):
                offset += count
                continue
            case .message(let itsKind, let itsBody, let itsSize, let itIsWhole): (kind, body, size, isWhole) = (Self.known(itsKind), itsBody, itsSize, itIsWhole)
            }
            if state.owesOwn {
                replies.raw(UnsafeRawBufferPointer(rebasing: bytes[run..<offset]))
                run = offset
                state.sayOwn(into: &replies)
            }
            let reaction = session.answered(kind, body, isWhole: isWhole, by: state)
            if case .readyForQuery = kind { noteAnswer(backend, state, frontend, session) }
            switch reaction {
            case .forward: offset += size
            case .unreplicated:
                offset += size
                noteUnreplicated(backend, frontend, session)
            case .release:
                offset += size
                backend.isReleasing = true
            case .swallow:
                replies.raw(UnsafeRawBufferPointer(rebasing: bytes[run..<offset]))
                offset += size
                run = offset
            case .crashing:
                say(.evidence(backend.node, backend.epoch, .crashShutdown))
                replies.raw(UnsafeRawBufferPointer(rebasing: bytes[run..<offset]))
                offset += size
                run = offset
            case .close:
                offset += size
                forward(bytes, run..<offset, to: frontend)
                if !frontend.isClosed { farewell(frontend, []) }
                return bytes.count
            case .lost(let loss):
                forward(bytes, run..<offset, to: frontend)
                if !backend.isClosed { lost(backend, loss) }
                return bytes.count
            case .loggedIn, .keep: preconditionFailure("a login in a session that is in service")
            }
        }
        finish(bytes, run..<offset, backend, frontend, session)
        return offset
    }

    /// The end of what was read: what is for the frontend goes there, and a backend that is free goes back.
    private func finish(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ backend: Backend, _ frontend: Frontend, _ session: FrontendSession) {
        let state = backend.state
        if state.owesOwn {
            replies.raw(UnsafeRawBufferPointer(rebasing: bytes[range]))
            state.sayOwn(into: &replies)
            forward(bytes, range.upperBound..<range.upperBound, to: frontend)
        } else {
            forward(bytes, range, to: frontend)
        }
        if backend.isReleasing {
            backend.isReleasing = false
            if !backend.isClosed, !frontend.isClosed, backend.scanner.isAtBoundary, frontend.scanner.isAtBoundary, session.isReleasing(state) {
                release(backend, frontend)
            }
        }
        if frontend.stage == .awaitingAnswers || frontend.isFinished { answersCame(frontend) }
    }

    /// What a client may overlook, its operator should not.
    private func noteUnreplicated(_ backend: Backend, _ frontend: Frontend, _ session: FrontendSession) {
        frontend.figures?.traffic.unreplicatedCommits &+= 1
        shared.note(.warning, "a commit of \(session.startup.user) in \(session.startup.database) is durable on node \(backend.node) alone: the wait for its synchronous standbys was cancelled")
    }

    /// What was set aside for the frontend, and then these bytes, in one write.
    private func forward(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, to frontend: Frontend) {
        let run = UnsafeRawBufferPointer(rebasing: bytes[range])
        if replies.isEmpty { return write(run, to: frontend, isRelayed: true) }
        replies.raw(run)
        replies.bytes.withUnsafeBytes { write($0, to: frontend, isRelayed: true) }
        replies.clear(keeping: Self.stageSize)
    }

    /// What waited for answers is looked at again; a client that sends no more and is owed nothing is done.
    private func answersCame(_ frontend: Frontend) {
        guard !frontend.isClosed, frontend.stage == .awaitingAnswers || frontend.backend?.state.willAnswer != true else { return }
        if frontend.stage == .awaitingAnswers { frontend.stage = .serving }
        revisit(frontend)
    }

    /// A message that is no session's that is in service.
    private func hear(_ backend: Backend, _ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, _ isWhole: Bool) {
        switch backend.stage {
        case .loggingIn where backend.login != nil: logIn(backend, kind, body)
        case .loggingIn: relay(backend, kind, body)
        case .aligning, .resetting: continueInterlude(backend, kind, body, isWhole: isWhole)
        case .idle, .awaitingCancel: hearIdle(backend, kind, body, isWhole)
        case .ending: break
        case .connecting, .askingForTLS, .shakingHands, .serving: preconditionFailure("a message in stage \(backend.stage)")
        }
    }

    private func hearIdle(_ backend: Backend, _ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, _ isWhole: Bool) {
        if kind == .error {
            do { return lost(backend, .said(try ErrorMessage(body: body, isWhole: isWhole))) } catch { return lose(backend, .violation(error)) }
        }
        if backend.state.receivedIdle(kind, body) { return }
        lost(backend, backend.state.parameters.isStandby ? .standby : .violation(.malformed("message on an idle connection")))
    }

    private func logIn(_ backend: Backend, _ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) {
        if let action = backend.login?.received(kind, body, shared.keys.find) { perform(action, backend) }
    }

    /// The keys that the login waits for are derived.
    func continueLogin(_ backend: Backend) {
        guard let action = backend.login?.continued(shared.keys.keys) else { return }
        perform(action, backend)
        if !backend.isClosed { watch(backend) }
    }

    private func perform(_ action: BackendSession.Action, _ backend: Backend) {
        switch action {
        case .wait: break
        case .derive(let origin):
            let id = backend.id, mailbox = peers[number]
            if !shared.keys.prepare(origin, { _ = mailbox.postAlways(.backendKeysReady(id)) }) { continueLogin(backend) }
        case .send(let bytes): send(bytes, to: backend)
        case .ready: if let login = backend.login { ready(backend, login) }
        case .failed(.notNow(let message)): openFailed(backend, Self.evidence(message), message.message,
                                                         after: message.state == .tooManyConnections ? Self.crowdedPause : Self.retryPause)
        case .failed(.standby):
            say(.standbyAsPrimary(backend.node, backend.epoch))
            openFailed(backend, nil, "it says that it is a standby")
        case .failed(.refused(let message)): loginRefused(backend, message)
        }
    }

    /// The client logs in by itself.
    private func relay(_ backend: Backend, _ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) {
        guard let frontend = backend.frontend else { preconditionFailure("a client's login without the client") }
        var writer = MessageWriter()
        writer.message(kind) { $0.raw(body) }
        switch frontend.session?.answeredDuringLogin(kind, body) ?? .close {
        case .forward where kind == .authentication && backend.transport.isEncrypted: relayWithoutBinding(backend, body, to: frontend)
        case .forward: write(writer.bytes, to: frontend)
        case .swallow: break
        case .keep(let key): backend.key = key
        case .loggedIn(let parameters): loggedIn(backend, frontend, parameters)
        case .close:
            write(writer.bytes, to: frontend)
            if !frontend.isClosed { farewell(frontend, []) }
        case .lost(let loss): lost(backend, loss)
        case .release, .crashing, .unreplicated: preconditionFailure("a session in service during a login")
        }
    }

    /// The client must not bind its login to the channel between us and the node.
    private func relayWithoutBinding(_ backend: Backend, _ body: UnsafeRawBufferPointer, to frontend: Frontend) {
        do {
            let changed = try AuthenticationRequest.withoutChannelBinding(body)
            var writer = MessageWriter()
            writer.message(.authentication) { message in if let changed { message.raw(changed) } else { message.raw(body) } }
            write(writer.bytes, to: frontend)
        } catch { lose(backend, .violation(error)) }
    }

    private func lost(_ backend: Backend, _ loss: BackendLoss) {
        switch loss {
        case .said(let message): if let evidence = Self.evidence(message) { say(.evidence(backend.node, backend.epoch, evidence)) }
        case .standby: say(.standbyAsPrimary(backend.node, backend.epoch))
        case .gateClosed, .reset, .violation: break
        }
        lose(backend, loss)
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
        if case .violation(let violation) = loss { shared.note(.warning, "node \(backend.node) sent an \(violation)") }
        guard let frontend = backend.frontend else {
            // Only a pool waits for it, if anybody.
            switch backend.stage {
            case .connecting, .askingForTLS, .shakingHands, .loggingIn: return openFailed(backend, nil, loss.reason)
            case .idle, .aligning, .serving, .resetting, .awaitingCancel, .ending: return closeAndReplace(backend)
            }
        }
        // Of the old epoch nothing is told any more once the gate is closed, not even what waits for the socket.
        let isStale = loss == .gateClosed && frontend.isOutputRelayed && !frontend.output.isEmpty
        let isBroken = isStale || !backend.scanner.isAtBoundary
        let hasBegun = !backend.isPreparing
        if case .aligning = backend.stage {
            separate(backend, frontend)
            closeAndReplace(backend)
            return again(frontend)
        }
        closeAndReplace(backend)
        guard hasBegun else { return again(frontend) }
        switch frontend.session?.backendLost(loss, brokeMessage: isBroken, backend.state) {
        case nil: close(frontend)
        case .stay(let bytes):
            if !bytes.isEmpty { losses.told += 1 }
            write(bytes, to: frontend)
            if frontend.isClosed { return }
            if frontend.stage == .awaitingAnswers { frontend.stage = .serving }
            revisit(frontend)
        case .logInAgain: again(frontend)
        case .close(let words):
            losses.ended += 1
            if isStale { frontend.output.drop() }
            farewell(frontend, words)
        }
    }

    /// What waited for the backend that is gone waits for another.
    private func again(_ frontend: Frontend) {
        frontend.stage = .held
        hold(frontend)
    }

    /// Those who wait in its pool may want another in its place.
    func closeAndReplace(_ backend: Backend) {
        let pool = backend.pool
        close(backend)
        if let pool, pool.epoch == epoch { openMore(pool) }
    }

    /// The backend cannot serve anybody else: a statement under way is cancelled.
    func abandon(_ backend: Backend) {
        var isServing = false
        if case .serving = backend.stage { isServing = true }
        if isServing, backend.state.isBusy, backend.key != nil { return leaveOver(backend) }
        if isServing { sayGoodbye(backend) }
        closeAndReplace(backend)
    }

    func close(_ backend: Backend) {
        if backend.isClosed { return }
        reactor.remove(backend.descriptor)
        backend.transport.close()
        if let pool = backend.pool {
            pool.core.remove(backend.id)
            if backend.isAwaited { pool.core.openingEnded() }
            pool.share.release()
            pool.publish()
        }
        forget(backend)
    }

    /// It is this shard's no longer.
    func forget(_ backend: Backend) {
        backend.isClosed = true
        cancelTimer(backend)
        backends.remove(backend.id)
        backend.input.drop()
        backend.output.drop()
        backend.frontend?.backend = nil
        if backend.isOpening {
            openings -= 1
            backend.isOpening = false
        }
    }
}
