package import PostgresWire

/// What a node says to a session.
extension FrontendSession {
    /// What to do with a message of the node.
    package enum Reaction: Hashable, Sendable {
        case forward
        /// Forward it; the backend is free then.
        case release
        case swallow
        /// The client's own login is through at this node.
        case loggedIn(ServerParameters)
        /// The real key of the backend, for cancel requests.
        case keep(BackendKey)
        /// The node refuses the login, or ends the session for a reason of its own: forward the message, close both.
        case close
        /// The backend is of no use any more: close it and call `backendLost`.
        case lost(BackendLoss)
        /// A notice that another backend crashed; the loss follows.
        case crashing
        /// Forward it: a COMMIT was not replicated, although the node says COMMIT.
        case unreplicated
    }

    /// A backend whose settings are the session's. Returns what the client must be told first; it may be nothing.
    package func attached(_ backend: BackendState) -> [UInt8] {
        precondition(!isAttached && !backend.isBusy, "a second backend for a session, or a busy one")
        isAttached = true
        isMisaligned = false
        backend.unnamed = 0
        if isAwaitingGreeting { return greeted(with: Welcome(backend.parameters)) }
        if told == backend.parameters { return [] }
        defer { told = backend.parameters }
        return backend.parameters.differences(from: told)
    }

    /// The session gives its backend back.
    package func detached() { isAttached = false }

    /// SQL that makes an idle backend's settings the session's; nil where they are. Its answers are for `BackendAlignment`.
    package func alignment(of backend: BackendState) -> String? { isReplication ? nil : backend.applied.text(toBecome: settings) }

    /// A message of the node that is looked at. `body` may be its beginning alone.
    package func answered(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, isWhole: Bool, by backend: BackendState) -> Reaction {
        do { return try answeredInService(kind, body, isWhole, backend) } catch { return .lost(.violation(error)) }
    }

    /// A message of the node while the client's own login passes through.
    package func answeredDuringLogin(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) -> Reaction {
        do { return try relayed(kind, body) } catch { return .lost(.violation(error)) }
    }

    private func answeredInService(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer, _ isWhole: Bool,
                                            _ backend: BackendState) throws(WireViolation) -> Reaction {
        switch kind {
        case .readyForQuery: return try ready(body, backend)
        case .commandComplete:
            if body.count >= 8 { completed(body, backend) }
            return try count(kind, backend)
        case .parseComplete, .bindComplete, .closeComplete, .rowDescription, .noData, .parameterDescription, .emptyQuery, .portalSuspended:
            return try count(kind, backend)
        case .error: return try failed(ErrorMessage(body: body, isWhole: isWhole), backend)
        case .notice:
            if try ErrorMessage(body: body, isWhole: isWhole).state == .crashShutdown { return .crashing }
            return UnreplicatedCommit.isSaid(by: body) ? .unreplicated : .forward
        case .parameterStatus: return try reported(body, backend)
        case .copyIn:
            backend.pipeline.copyInStarted()
            return .forward
        case .copyOut, .copyBoth: return .forward
        case .authentication, .backendKeyData, .negotiateProtocolVersion: throw .malformed("message: a login is over")
        case .notification, .dataRow, .functionResult, .copyData, .copyDone: return .forward
        }
    }

    private func count(_ kind: BackendMessageKind, _ backend: BackendState) throws(WireViolation) -> Reaction {
        switch backend.pipeline.answered(kind) {
        case .forward: return .forward
        case .swallow: return .swallow
        case .unasked: throw .malformed("message \"\(Character(Unicode.Scalar(kind.rawValue)))\": nothing was asked that it answers")
        }
    }

    private func ready(_ body: UnsafeRawBufferPointer, _ backend: BackendState) throws(WireViolation) -> Reaction {
        let hasFailed = backend.pipeline.isFirstFailed
        guard backend.pipeline.completed() else { throw .malformed("ReadyForQuery: nothing was asked") }
        status = try TransactionStatus(body: body)
        if !backend.isBusy, !closedNames.isEmpty { closedNames.removeAll() }
        if !pendingChanges.isEmpty { settle(hasFailed, backend) }
        return isReleasing(backend) ? .release : .forward
    }

    private func failed(_ message: ErrorMessage, _ backend: BackendState) throws(WireViolation) -> Reaction {
        guard message.isFinal else {
            for skipped in backend.pipeline.failed().reversed() { undo(skipped, backend) }
            // The node's plan is of a table that has changed since: it is made anew at the next use.
            if message.isStalePlan { backend.prepared.doubtAll() }
            return .forward
        }
        return message.state == .adminShutdown || message.state == .crashShutdown ? .lost(.said(message)) : .close
    }

    /// A message that failed, or that the node skipped because of an error before it.
    private func undo(_ skipped: Pipeline.Entry, _ backend: BackendState) {
        switch skipped.code {
        case .closed:
            guard let index = closedNames.firstIndex(where: { $0.number == skipped.number }) else { return }
            let closed = closedNames.remove(at: index)
            guard let statement = closed.statement, !closedNames.contains(where: { $0.name == closed.name && $0.number > closed.number }) else { return }
            names[closed.name] = statement
        case .parse, .parsed, .preparing, .closing:
            if skipped.statement == .unnamed {
                if backend.unnamed == skipped.number { backend.unnamed = 0 }
                if skipped.code == .parse, unnamed?.parse == skipped.number { unnamed = nil }
                return
            }
            if skipped.code != .parsed { backend.prepared.doubt(skipped.statement) }
            guard skipped.number > 0 else { return }
            names = names.filter { $0.value.parse != skipped.number }
            for index in closedNames.indices where closedNames[index].statement?.parse == skipped.number { closedNames[index].statement = nil }
        case .query, .functionCall, .sync, .bind, .describe, .execute, .close, .copyEnd, .refused: break
        }
    }

    /// A parameter that the client set, or something that it called: it goes with the session from now on.
    private func reported(_ body: UnsafeRawBufferPointer, _ backend: BackendState) throws(WireViolation) -> Reaction {
        let name = try backend.parameters.read(body)
        told = backend.parameters
        if told.isStandby { return .lost(.standby) }
        guard !ServerParameters.fixed.contains(name) else { return .forward }
        if let value = told[name], value != backend.defaults[name] {
            settings.set(name, .text(value))
            backend.applied.set(name, .text(value))
        } else {
            settings.remove(name)
            backend.applied.remove(name)
        }
        return .forward
    }
}
