internal import PostgresWire
internal import Reactor
internal import Sessions

/// What frontends send, and how they end.
extension Shard {
    func ready(_ frontend: Frontend, _ readiness: Readiness) {
        if readiness.isWritable, frontend.transport.wantsWritable(hasOutput: !frontend.output.isEmpty) { flush(frontend) }
        if frontend.isClosed { return }
        if readiness.isDead {
            close(frontend)
        } else if frontend.interest.contains(.readable), readiness.isReadable {
            read(frontend, readiness)
        } else if readiness.isPeerFinished, frontend.stage == .held {
            heldFrontendFinished(frontend)
        } else if readiness.isPeerFinished, frontend.stage == .awaitingAdmin, let administration = frontend.administration {
            // It may still read; but for it nothing is waited for any longer.
            frontend.isFinished = true
            administration.giveUp()
        }
        if !frontend.isClosed { watch(frontend) }
    }

    private func read(_ frontend: Frontend, _ readiness: Readiness) {
        switch frontend.transport.receive(into: readBuffer) {
        case .bytes(let count):
            noteTime(frontend)
            frontend.figures?.traffic.received &+= UInt64(count)
            take(frontend, UnsafeRawBufferPointer(rebasing: readBuffer[..<count]))
            if !frontend.isClosed, frontend.interest.contains(.edge), mayHaveMore(behind: count, readiness) {
                reactor.change(frontend.descriptor, ShardToken.frontend(frontend.id).token, frontend.interest)
            }
        case .wouldBlock: break
        case .end: finished(frontend)
        case .failed:
            if let why = frontend.transport.tls?.failure { shared.note(.info, "TLS with a frontend ended: \(why)") }
            close(frontend)
        }
    }

    /// When the client was heard, and what begins with it if nothing is under way.
    private func noteTime(_ frontend: Frontend) {
        let now = reactor.now
        frontend.heardAt = now
        if let backend = frontend.backend, backend.state.isBusy { return }
        frontend.statementAt = now
        if let session = frontend.session, session.status.isIdle { frontend.transactionAt = now }
    }

    /// New bytes, behind what was kept.
    private func take(_ frontend: Frontend, _ bytes: UnsafeRawBufferPointer) {
        guard frontend.input.isEmpty else {
            if frontend.input.append(bytes) { takeKept(frontend) } else { outOfMemory(frontend) }
            return
        }
        let done = consume(frontend, bytes)
        if done < bytes.count, !frontend.isClosed, !frontend.input.append(UnsafeRawBufferPointer(rebasing: bytes[done...])) { outOfMemory(frontend) }
    }

    /// Looks at what was kept, as far as the session lets it.
    func takeKept(_ frontend: Frontend) {
        if frontend.isClosed { return }
        if !frontend.input.isEmpty {
            // Taken out while it is looked at: what happens to the frontend meanwhile must not touch these bytes.
            var kept = ByteBuffer(shared.budget)
            swap(&kept, &frontend.input)
            let done = consume(frontend, kept.bytes)
            if frontend.isClosed { return }
            if frontend.stage != .closing {
                kept.consume(done)
                swap(&kept, &frontend.input)
            }
        }
        if frontend.isFinished, frontend.stage == .serving || frontend.stage == .startingUp, frontend.backend?.state.willAnswer != true { close(frontend) }
        if !frontend.isClosed { watch(frontend) }
    }

    /// Returns how many bytes are done with; the rest is to be kept.
    private func consume(_ frontend: Frontend, _ bytes: UnsafeRawBufferPointer) -> Int {
        var done = 0
        while done < bytes.count, frontend.stage == .startingUp {
            let consumed = startUp(frontend, UnsafeRawBufferPointer(rebasing: bytes[done...]))
            if consumed == 0 { return done }
            done += consumed
        }
        if frontend.stage == .authenticating, done < bytes.count { done += takeProof(frontend, UnsafeRawBufferPointer(rebasing: bytes[done...])) }
        if frontend.stage == .closing || frontend.isClosed { return bytes.count }
        guard frontend.stage == .serving, done < bytes.count, let session = frontend.session else { return done }
        if let administration = frontend.administration {
            return done + takeAdministration(frontend, administration, UnsafeRawBufferPointer(rebasing: bytes[done...]))
        }
        return done + takeMessages(frontend, session, UnsafeRawBufferPointer(rebasing: bytes[done...]))
    }

    /// Cuts the bytes into messages and does with each what the session says; neighbours that are forwarded go in one write.
    private func takeMessages(_ frontend: Frontend, _ session: FrontendSession, _ bytes: UnsafeRawBufferPointer) -> Int {
        var offset = 0, run = 0
        while true {
            let before = frontend.scanner
            let piece: FrameScanner.Piece?
            do { piece = try frontend.scanner.next(bytes, at: offset) } catch {
                forward(bytes, run..<offset, from: frontend)
                refuse(frontend, error)
                return bytes.count
            }
            guard let piece else { break }
            let kind: FrontendMessageKind, body: UnsafeRawBufferPointer, size: Int, isWhole: Bool
            switch piece {
            case .incomplete:
                forward(bytes, run..<offset, from: frontend)
                return offset
            case .passing(let count):
                if frontend.isSwallowing {
                    forward(bytes, run..<offset, from: frontend)
                    run = offset + count
                }
                offset += count
                continue
            case .message(let itsKind, let itsBody, let itsSize, let itIsWhole):
                guard let known = FrontendMessageKind(rawValue: itsKind) else { preconditionFailure("a message of kind \(itsKind) that the scanner let through") }
                (kind, body, size, isWhole) = (known, itsBody, itsSize, itIsWhole)
            }
            let action = decide(frontend, session, kind, body, isWhole)
            switch action {
            case .forward:
                frontend.isSwallowing = false
                offset += size
                if case .flush = kind, frontend.backend?.state.owesOwn == true {
                    forward(bytes, run..<offset, from: frontend)
                    run = offset
                    sayOwn(frontend)
                }
                continue
            case .rewrite:
                requests.raw(UnsafeRawBufferPointer(rebasing: bytes[run..<offset]))
                session.rewritten(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]), into: &requests)
                frontend.isSwallowing = false
                offset += size
                run = offset
                continue
            case .swallow:
                requests.raw(UnsafeRawBufferPointer(rebasing: bytes[run..<offset]))
                frontend.isSwallowing = true
                offset += size
                run = offset
                continue
            case .needBackend where checkOutNow(frontend, session):
                frontend.scanner = before
                continue
            case .terminate:
                forward(bytes, run..<offset, from: frontend)
                // What it asked before is still answered, as PostgreSQL does.
                finished(frontend)
                return bytes.count
            case .reply, .needBackend, .awaitAnswers, .administer, .close: break
            }
            forward(bytes, run..<offset, from: frontend)
            if !perform(action, frontend) {
                frontend.scanner = before
                return offset
            }
            if frontend.isClosed || frontend.stage == .closing { return bytes.count }
            offset += size
            run = offset
            frontend.isSwallowing = true
            if frontend.stage != .serving { return offset }
        }
        forward(bytes, run..<offset, from: frontend)
        return offset
    }

    private func decide(_ frontend: Frontend, _ session: FrontendSession, _ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer,
                        _ isWhole: Bool) -> FrontendSession.Action {
        guard session.isAttached, let backend = frontend.backend else { return session.received(kind, isWhole ? body : nil, &library) }
        let action = session.received(kind, body, isWhole: isWhole, for: backend.state, &library)
        switch kind {
        case .parse, .bind: if action == .forward || action == .rewrite || action == .swallow { note(kind, frontend) }
        case .query, .execute, .describe, .close, .flush, .sync, .functionCall, .copyData, .copyDone, .copyFail, .secret, .terminate: break
        }
        return action
    }

    /// What was set aside for the backend, and then these bytes, in one write.
    private func forward(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, from frontend: Frontend) {
        let run = UnsafeRawBufferPointer(rebasing: bytes[range])
        guard let backend = frontend.backend else { return requests.clear(keeping: Self.stageSize) }
        if requests.isEmpty { return send(run, to: backend) }
        requests.raw(run)
        requests.bytes.withUnsafeBytes { send($0, to: backend) }
        requests.clear(keeping: Self.stageSize)
    }

    /// The client asked for what there is, and the first of it is ours to say.
    private func sayOwn(_ frontend: Frontend) {
        frontend.backend?.state.sayOwn(into: &replies)
        replies.bytes.withUnsafeBytes { write($0, to: frontend, isRelayed: false) }
        replies.clear(keeping: Self.stageSize)
    }

    /// False when the message is to be kept.
    private func perform(_ action: FrontendSession.Action, _ frontend: Frontend) -> Bool {
        switch action {
        case .forward, .rewrite, .swallow, .terminate: preconditionFailure("\(action) is the caller's")
        case .reply(let bytes):
            write(bytes, to: frontend)
            return true
        case .needBackend:
            hold(frontend)
            return false
        case .awaitAnswers:
            frontend.stage = .awaitingAnswers
            return false
        case .administer(let statement):
            administer(frontend, statement)
            return true
        case .close(let words):
            farewell(frontend, words)
            return true
        }
    }

    func refuse(_ frontend: Frontend, _ violation: WireViolation) {
        farewell(frontend, ErrorMessage(.fatal, .protocolViolation, violation.description).bytes)
    }

    func outOfMemory(_ backend: Backend) {
        if let frontend = backend.frontend { outOfMemory(frontend) } else { lose(backend, .reset) }
    }

    func outOfMemory(_ frontend: Frontend) {
        farewell(frontend, ErrorMessage(.fatal, .outOfMemory, "the buffers of all clients have reached client_memory_limit").bytes)
    }

    // MARK: Ends

    /// End of file: a half-closed client still reads the answers to what it asked, as long as they come.
    private func finished(_ frontend: Frontend) {
        frontend.isFinished = true
        guard frontend.stage == .serving || frontend.stage == .awaitingAnswers || frontend.stage == .awaitingAdmin, let session = frontend.session,
              session.isInService, frontend.backend?.state.willAnswer == true || frontend.stage != .serving else {
            close(frontend)
            return
        }
        if frontend.timer == nil { setTimer(frontend, after: Self.patienceWithSilence) }
        if frontend.backend?.scanner.isAtBoundary == true { askWhetherAlive(frontend, session) }
    }

    /// How long a client that sends no more is served: whether it still reads cannot be told for certain.
    static let patienceWithSilence = Duration.seconds(600)

    /// A parameter that the client knows, said again, is lost on a client that only stopped sending; one that is gone
    /// answers it with a reset.
    private func askWhetherAlive(_ frontend: Frontend, _ session: FrontendSession) {
        guard let known = session.told.values.first else { return }
        var writer = MessageWriter()
        writer.parameterStatus(known.name, known.value)
        write(writer.bytes, to: frontend)
    }

    /// A client that stopped sending while its login waits gave up; one whose statement waits may still want the answer.
    private func heldFrontendFinished(_ frontend: Frontend) {
        frontend.isFinished = true
        if frontend.session?.isInService != true { close(frontend) }
    }

    /// Sends last words and closes once they are read, or after a moment: closing at once, with bytes unread, would
    /// reset the connection and lose them.
    func farewell(_ frontend: Frontend, _ words: [UInt8]) {
        if frontend.isClosed || frontend.stage == .closing { return }
        if let backend = frontend.backend { part(backend) }
        frontend.stage = .closing
        frontend.input.drop()
        write(words, to: frontend)
        if frontend.isClosed { return }
        if frontend.output.isEmpty { frontend.transport.finish() }
        setTimer(frontend, after: Self.lingering)
        watch(frontend)
    }

    static let lingering = Duration.seconds(2)

    /// What it had is given back, or cancelled.
    func close(_ frontend: Frontend) {
        if frontend.isClosed { return }
        frontend.isClosed = true
        if let backend = frontend.backend { part(backend) }
        unqueue(frontend)
        cancelTimer(frontend)
        frontend.administration?.giveUp()
        // The loop is not asked to forget the descriptor: that it is closed does it.
        frontend.transport.close()
        frontends.remove(frontend.id)
        frontend.input.drop()
        frontend.output.drop()
        if frontend.isCounted { shared.releaseSession() }
        if frontend.isTallied, let startup = frontend.session?.startup { shared.clients.leave(database: startup.database, user: startup.user) }
        shared.releaseConnection()
    }
}
