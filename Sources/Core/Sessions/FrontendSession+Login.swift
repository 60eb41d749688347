package import PostgresWire

/// What a node says to a session, at login and after.
extension FrontendSession {
    /// What to do with a message of the node.
    package enum Reaction: Hashable, Sendable {
        case forward
        case swallow
        /// Send these bytes in its place.
        case reply([UInt8])
        /// The login is through: send these bytes. A salt says that the daemon's own login will need keys for it.
        case greet([UInt8], salt: [UInt8], iterations: Int)
        /// The real key of the backend, for cancel requests.
        case keep(BackendKey)
        /// The node refuses the login, or ends the session for a reason of its own: forward the message, close both.
        case close
        /// The backend is of no use any more: close it and call `backendLost`.
        case lost(BackendLoss)
        /// A notice that another backend crashed; the loss follows.
        case crashing
    }

    /// A backend is being connected for the login: its messages are for this session.
    package mutating func attachedForLogin() {
        phase = .loggingIn(LoginRelay())
        told = ServerParameters()
        isAttached = true
    }

    /// A backend that the daemon logged in. Returns what the client must be told first.
    package mutating func attached(_ parameters: ServerParameters) -> [UInt8] {
        precondition(!isAttached && isInService && pipeline.isEmpty, "a second backend for a session")
        isAttached = true
        defer { told = parameters }
        return parameters.differences(from: told)
    }

    mutating func receivedDuringLogin(_ kind: FrontendMessageKind) -> Action {
        guard case .loggingIn(let relay) = phase, isAttached, relay.wasAsked else { return .awaitAnswers }
        if relay.isAccepted { return .awaitAnswers }
        if kind == .secret { return .forward }
        return .close(ErrorMessage(.fatal, .protocolViolation, "expected a password message, got \"\(Character(Unicode.Scalar(kind.rawValue)))\"").bytes)
    }

    /// A message of the node that is looked at. Others are forwarded without a question.
    package mutating func answered(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) -> Reaction {
        do {
            if isInService { return try answeredInService(kind, body) }
            return try answeredDuringLogin(kind, body)
        } catch {
            return .lost(.violation(error))
        }
    }

    private mutating func answeredInService(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) throws(WireViolation) -> Reaction {
        switch kind {
        case .readyForQuery:
            guard pipeline.completed() else { throw .malformed("ReadyForQuery: nothing was asked") }
            status = try TransactionStatus(body: body)
            return .forward
        case .error:
            let message = try ErrorMessage(body: body)
            guard message.isFinal else {
                pipeline.failed()
                return .forward
            }
            return message.state == .adminShutdown || message.state == .crashShutdown ? .lost(.said(message)) : .close
        case .notice:
            return try ErrorMessage(body: body).state == .crashShutdown ? .crashing : .forward
        case .parameterStatus:
            try told.read(body)
            return told.isStandby ? .lost(.standby) : .forward
        case .copyIn:
            pipeline.copyInStarted()
            return .forward
        case .copyOut, .copyBoth: return .forward
        case .authentication, .backendKeyData, .negotiateProtocolVersion: throw .malformed("message: a login is over")
        case .notification, .rowDescription, .dataRow, .commandComplete, .emptyQuery, .portalSuspended, .parseComplete, .bindComplete,
             .closeComplete, .noData, .parameterDescription, .functionResult, .copyData, .copyDone:
            return .forward
        }
    }

    private mutating func answeredDuringLogin(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) throws(WireViolation) -> Reaction {
        guard case .loggingIn(var relay) = phase else { preconditionFailure("a login in a session that is in service") }
        defer { if case .loggingIn = phase { phase = .loggingIn(relay) } }
        switch kind {
        case .authentication:
            let request = try AuthenticationRequest(body: body)
            if !request.isOK {
                relay.wasAsked = true
                // One that we cannot read is the client's to refuse.
                if case .saslContinue(let message) = request, isSecretKnown { relay.challenge = SCRAMChallenge.readable(message) }
                return .forward
            }
            login = !relay.wasAsked ? .trusted : isSecretKnown ? .known : .relayed
            relay.isAccepted = true
            relay.greeting.authenticationOK()
            return .swallow
        case .parameterStatus:
            let name = try told.read(body)
            if told.isStandby { return .lost(.standby) }
            relay.greeting.parameterStatus(name, told[name] ?? "")
            return .swallow
        case .notice:
            relay.greeting.message(.notice) { $0.raw(body) }
            return .swallow
        case .backendKeyData:
            key.write(to: &relay.greeting)
            return .keep(try BackendKey(body: body))
        case .error:
            let message = try ErrorMessage(body: body)
            let isPassing = [.adminShutdown, .crashShutdown, .cannotConnectNow].contains(message.state)
            return isPassing && !relay.wasAsked ? .lost(.said(message)) : .close
        case .readyForQuery:
            guard relay.isAccepted else { throw .malformed("ReadyForQuery before AuthenticationOk") }
            relay.greeting.readyForQuery(.idle)
            phase = .inService
            return .greet(relay.greeting.bytes, salt: relay.challenge?.salt ?? [], iterations: relay.challenge?.iterations ?? 0)
        case .negotiateProtocolVersion: return .swallow
        case .notification, .rowDescription, .dataRow, .commandComplete, .emptyQuery, .portalSuspended, .parseComplete, .bindComplete,
             .closeComplete, .noData, .parameterDescription, .functionResult, .copyIn, .copyOut, .copyBoth, .copyData, .copyDone:
            throw .malformed("message: a login is under way")
        }
    }

    /// Before the client saw anything of the node another one can take its place.
    mutating func loginLost(_ loss: BackendLoss, _ brokeMessage: Bool) -> Aftermath {
        guard case .loggingIn(let relay) = phase, !brokeMessage else { return .close([]) }
        guard relay.wasAsked else { return .logInAgain }
        return .close(ErrorMessage(.fatal, .cannotConnectNow, "the connection to the primary was lost during the login: \(loss.reason)",
                                   hint: "Connect again.").bytes)
    }
}
