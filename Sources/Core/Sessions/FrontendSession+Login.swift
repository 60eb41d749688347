package import PostgresWire

/// The part of a session before the client is served: the node and the client talk, then the client is told of the server.
extension FrontendSession {
    /// A backend is being connected for the client's own login: its messages are for this session.
    package func attachedForLogin() {
        phase = .loggingIn(LoginRelay())
        told = ServerParameters()
        isAttached = true
    }

    /// What a node is asked with: neither settings nor protocol options, which are the session's and not the backend's.
    package static func startup(user: String, database: String) -> StartupMessage { StartupMessage(user: user, database: database) }

    func receivedDuringLogin(_ kind: FrontendMessageKind) -> Action {
        guard case .loggingIn(let relay) = phase, isAttached, relay.wasAsked else { return .awaitAnswers }
        if relay.isAccepted { return .awaitAnswers }
        if kind == .secret { return .forward }
        return .close(ErrorMessage(.fatal, .protocolViolation, "expected a password message, got \"\(Character(Unicode.Scalar(kind.rawValue)))\"").bytes)
    }

    /// A message of the node while the client logs in there.
    func relayed(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) throws(WireViolation) -> Reaction {
        guard case .loggingIn(var relay) = phase else { throw .malformed("message: the login is over") }
        defer { if case .loggingIn = phase { phase = .loggingIn(relay) } }
        switch kind {
        case .authentication:
            let request = try AuthenticationRequest(body: body)
            if !request.isOK {
                relay.wasAsked = true
                return .forward
            }
            login = relay.wasAsked ? .relayed : .trusted
            relay.isAccepted = true
            return .swallow
        case .parameterStatus:
            try relay.parameters.read(body)
            return relay.parameters.isStandby ? .lost(.standby) : .swallow
        case .notice:
            relay.notices.message(.notice) { $0.raw(body) }
            return .swallow
        case .backendKeyData: return .keep(try BackendKey(body: body))
        case .error:
            let message = try ErrorMessage(body: body)
            let isPassing = [.adminShutdown, .crashShutdown, .cannotConnectNow].contains(message.state)
            return isPassing && !relay.wasAsked ? .lost(.said(message)) : .close
        case .readyForQuery:
            guard relay.isAccepted else { throw .malformed("ReadyForQuery before AuthenticationOk") }
            phase = .awaitingGreeting(notices: relay.notices.bytes)
            isAttached = false
            return .loggedIn(relay.parameters)
        case .negotiateProtocolVersion: return .swallow
        case .notification, .rowDescription, .dataRow, .commandComplete, .emptyQuery, .portalSuspended, .parseComplete, .bindComplete,
             .closeComplete, .noData, .parameterDescription, .functionResult, .copyIn, .copyOut, .copyBoth, .copyData, .copyDone:
            throw .malformed("message: a login is under way")
        }
    }

    /// The proxy let the client in by itself; a backend, or what another session was told, completes the login.
    package func authenticated() {
        login = .known
        phase = .awaitingGreeting(notices: [])
    }

    /// The end of the login: the client is told of the server, and served from now on.
    package func greeted(with welcome: Welcome) -> [UInt8] {
        guard case .awaitingGreeting(let notices) = phase else { preconditionFailure("a greeting in phase \(phase)") }
        var writer = MessageWriter()
        writer.raw(welcome.words)
        key.write(to: &writer)
        writer.raw(notices)
        writer.readyForQuery(.idle)
        phase = .inService
        told = welcome.parameters
        return writer.bytes
    }

    /// Before the client saw anything of the node another one can take its place.
    func loginLost(_ loss: BackendLoss, _ brokeMessage: Bool) -> Aftermath {
        guard case .loggingIn(let relay) = phase else { return .logInAgain }
        if brokeMessage { return .close([]) }
        guard relay.wasAsked else { return .logInAgain }
        return .close(ErrorMessage(.fatal, .cannotConnectNow, "the connection to the primary was lost during the login: \(loss.reason)",
                                   hint: "Connect again.").bytes)
    }
}
