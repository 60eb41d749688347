internal import ClusterModel
internal import PostgresWire
internal import Reactor
internal import Sessions

/// TLS: with frontends that ask for it, and with nodes before anything else is said.
extension Shard {
    // MARK: Frontends

    /// As PostgreSQL, not on a socket in the file system: there is no wire to listen on.
    func offersTLS(_ descriptor: Int32) -> Bool { configuration.frontendTLS != nil && !Socket.isLocal(descriptor) }

    /// The client is told so, and what it sends from now on is TLS; `early` is what it sent already. What is read goes on
    /// with the handshake by itself.
    func secure(_ frontend: Frontend, _ answer: [UInt8], early: UnsafeRawBufferPointer) {
        write(answer, to: frontend)
        guard !frontend.isClosed, frontend.output.isEmpty, let context = configuration.frontendTLS else { return close(frontend) }
        do { try frontend.transport.accept(context, early: early) } catch {
            shared.note(.warning, "\(error)")
            close(frontend)
        }
    }

    // MARK: Backends

    /// The socket has news before the login.
    func prepare(_ backend: Backend, _ readiness: Readiness) {
        switch backend.stage {
        case .connecting: connected(backend)
        case .askingForTLS: if readiness.isReadable { hearOfTLS(backend) }
        case .shakingHands: shakeHands(backend)
        case .loggingIn, .idle, .aligning, .serving, .resetting, .awaitingCancel, .ending: preconditionFailure("the login has begun")
        }
    }

    func askForTLS(_ backend: Backend) {
        backend.stage = .askingForTLS
        send(EncryptionRequest.packet, to: backend)
        watch(backend)
    }

    private func hearOfTLS(_ backend: Backend) {
        switch backend.transport.receive(into: readBuffer) {
        case .wouldBlock: break
        case .end, .failed: openFailed(backend, .reset, "the node closed the connection when it was asked for TLS")
        case .bytes(let count):
            switch EncryptionRequest.answered(UnsafeRawBufferPointer(rebasing: readBuffer[..<count]), allowsPlain: configuration.nodeTLS.allowsPlain) {
            case .plain: beginLogin(backend)
            case .refused(let why): openFailed(backend, nil, "it \(why)", after: Self.crowdedPause)
            case .secure: secure(backend)
            }
        }
    }

    private func secure(_ backend: Backend) {
        do { try backend.transport.connect(configuration.nodeTLS, host: host(of: backend.node)) } catch {
            return openFailed(backend, nil, "\(error)", after: Self.crowdedPause)
        }
        backend.stage = .shakingHands
        shakeHands(backend)
    }

    private func shakeHands(_ backend: Backend) {
        switch backend.transport.tls?.handshake() {
        case .done: beginLogin(backend)
        case .underWay: watch(backend)
        case .failed, nil:
            let why = backend.transport.tls?.failure ?? "the connection broke"
            openFailed(backend, nil, "TLS with it cannot begin: \(why)", after: Self.crowdedPause)
        }
    }

    /// What the certificate of a node is checked against.
    func host(of node: NodeID) -> String { topology.nodes.first { $0.id == node }?.host ?? "" }
}
