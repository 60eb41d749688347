internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// Cancel requests: from a client to the shard that serves the session, and from there to the node.
extension Shard {
    /// Cancels of one shard under way to nodes; in an outage many clients cancel at once, and a cancel that is dropped costs
    /// its client no more than a node that is too busy to hear it.
    static let mostErrands = 64

    /// A cancel request came in on `frontend`.
    func route(_ key: BackendKey, from frontend: Frontend) {
        let shard = Int(key.process >> 24) - 1, place = Int(key.process & 0xFF_FFFF)
        let origin = CancelOrigin(shard: number, frontend: frontend.id)
        setTimer(frontend, after: configuration.cancelWaitTimeout * 2)
        if shard == number {
            cancel(place, key, origin)
        } else if !peers.indices.contains(shard) || !peers[shard].post(.cancel(place: place, key, origin)) {
            close(frontend)
        }
    }

    /// A cancel request for the session at `place`.
    func cancel(_ place: Int, _ key: BackendKey, _ origin: CancelOrigin) {
        guard let frontend = frontends[place], let session = frontend.session, session.key.matches(key) else { return done(origin) }
        frontend.administration?.giveUp()
        guard session.isInService else { return done(origin) }
        if frontend.stage == .held {
            refuseHeld(frontend, ErrorMessage(.error, .queryCanceled, "canceling statement due to user request"))
        } else if let backend = frontend.backend, backend.state.isBusy, let real = backend.key {
            startErrand(to: backend, real, isKept: true, origin: origin)
            return
        }
        done(origin)
    }

    private func done(_ origin: CancelOrigin?) {
        guard let origin else { return }
        if origin.shard == number {
            if let frontend = frontends[origin.frontend] { close(frontend) }
        } else if !peers[origin.shard].post(.cancelDone(origin.frontend)) {
            shared.note(.debug, "a shard is too busy to hear that a cancel is done: its timer ends it")
        }
    }

    /// `isKept`, where the session keeps the backend: until the node has closed the errand, no other session may get it.
    func startErrand(to backend: Backend, _ key: BackendKey, isKept: Bool, origin: CancelOrigin?) {
        guard errands.count < Self.mostErrands else {
            shared.note(.warning, "a cancel request was dropped: \(Self.mostErrands) are under way")
            return done(origin)
        }
        do {
            let descriptor = try Socket.connect(to: backend.address), asksForTLS = configuration.nodeTLS.isAsked(of: backend.address)
            guard let errand = errands.insert({
                Errand($0, descriptor, backend.node, asksForTLS: asksForTLS, key.cancelRequest, backend: isKept ? backend.id : nil, origin: origin)
            }) else {
                Socket.close(descriptor)
                return done(origin)
            }
            if isKept { backend.cancels += 1 }
            errand.timer = reactor.setTimer(ShardToken.errandTimer(errand.id).token, at: reactor.now + configuration.cancelWaitTimeout)
            do { try reactor.add(descriptor, ShardToken.errand(errand.id).token, .writable) } catch {
                shared.note(.warning, "cannot watch a cancel request: \(error)")
                finish(errand)
            }
        } catch {
            shared.note(.info, "a cancel request cannot be sent: \(error)")
            done(origin)
        }
    }

    func ready(_ errand: Errand, _ readiness: Readiness) {
        switch errand.stage {
        case .connecting:
            if let error = Socket.connectError(errand.descriptor) { return abandon(errand, error.description) }
            if errand.asksForTLS { ask(errand) } else { send(errand) }
        case .askingForTLS: hear(errand)
        case .shakingHands: shakeHands(errand)
        // The node has closed the connection, or broken it.
        case .sent: finish(errand)
        }
    }

    private func ask(_ errand: Errand) {
        guard EncryptionRequest.packet.withUnsafeBytes({ errand.transport.send($0) }) == .bytes(EncryptionRequest.packet.count) else {
            return abandon(errand, "the connection broke")
        }
        advance(errand, to: .askingForTLS)
    }

    private func hear(_ errand: Errand) {
        guard case .bytes(let count) = errand.transport.receive(into: readBuffer) else { return abandon(errand, "the connection broke") }
        switch EncryptionRequest.answered(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]), allowsPlain: configuration.nodeTLS.allowsPlain) {
        case .plain: send(errand)
        case .refused(let why): abandon(errand, "node \(errand.node) \(why)")
        case .secure:
            do { try errand.transport.connect(configuration.nodeTLS, host: host(of: errand.node)) } catch { return abandon(errand, error.description) }
            shakeHands(errand)
        }
    }

    private func shakeHands(_ errand: Errand) {
        switch errand.transport.tls?.handshake() {
        case .done: send(errand)
        case .underWay: advance(errand, to: .shakingHands)
        case .failed, nil: abandon(errand, errand.transport.tls?.failure ?? "the connection broke")
        }
    }

    private func send(_ errand: Errand) {
        let sent = errand.request.withUnsafeBytes { errand.transport.send($0) }
        guard sent == .bytes(errand.request.count), !errand.transport.hasUnsent else {
            return finish(errand, isDelivered: false)
        }
        advance(errand, to: .sent)
    }

    private func advance(_ errand: Errand, to stage: Errand.Stage) {
        errand.stage = stage
        let wanted = errand.transport.hasUnsent ? Interest.readable.union(.writable) : .readable
        reactor.change(errand.descriptor, ShardToken.errand(errand.id).token, wanted)
    }

    /// The node has not heard of it.
    private func abandon(_ errand: Errand, _ why: String) {
        shared.note(.info, "a cancel request cannot be sent: \(why)")
        finish(errand)
    }

    /// `isDelivered`: it is certain that the node does nothing more about it.
    func finish(_ errand: Errand, isDelivered: Bool = true) {
        if let timer = errand.timer { reactor.cancelTimer(timer) }
        reactor.remove(errand.descriptor)
        errand.transport.close()
        errands.remove(errand.id)
        done(errand.origin)
        if let id = errand.backend, let backend = backends[id] { cancelEnded(backend, isDelivered: isDelivered) }
    }

    /// PostgreSQL has sent its signal before it closes the connection of a cancel request, so what is sent from now on is not hit.
    private func cancelEnded(_ backend: Backend, isDelivered: Bool) {
        backend.cancels -= 1
        guard case .awaitingCancel = backend.stage else { return }
        if !isDelivered { return close(backend) }
        if backend.cancels == 0 { checkIn(backend) }
    }
}
