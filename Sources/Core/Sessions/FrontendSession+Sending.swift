internal import PostgresWire
internal import Settings

/// What a frontend sends to the backend it holds: noted, and forwarded as it is or under the names that the backend knows.
extension FrontendSession {
    func send(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer, _ isWhole: Bool, _ backend: BackendState,
                       _ library: inout StatementLibrary) -> Action {
        if backend.pipeline.isFull { return .awaitAnswers }
        if backend.pipeline.isSkipping, kind != .sync { return .swallow }
        if isMisaligned, !backend.isBusy, status.isIdle, kind != .sync, kind != .flush { return .needBackend }
        switch kind {
        case .query: return sendQuery(isWhole ? body : nil, backend, &library.texts)
        case .parse: return sendParse(body, isWhole, backend, &library)
        case .bind: return sendBind(body, backend)
        case .describe: return sendDescribe(body, backend)
        case .close: return sendClose(body, backend)
        case .execute:
            backend.pipeline.sentExecute(number: parses)
            if !boundChanges.isEmpty { pendingChanges += boundChanges }
        case .flush: backend.pipeline.sentFlush()
        case .sync:
            backend.pipeline.sentSync()
            if !boundChanges.isEmpty { boundChanges = [] }
        case .functionCall:
            keep(Pin("a function-call message"))
            backend.pipeline.sentFunctionCall()
        case .copyDone, .copyFail: backend.pipeline.sentCopyEnd()
        case .copyData, .secret, .terminate: break
        }
        return .forward
    }

    private func sendQuery(_ body: UnsafeRawBufferPointer?, _ backend: BackendState, _ texts: inout KnownTexts) -> Action {
        let scan = scan(body, &texts)
        if let admin = scan.admin { return backend.pipeline.depth > 0 ? .awaitAnswers : .administer(admin) }
        // So that the answers tell which transaction a setting belongs to.
        if !scan.changes.isEmpty, backend.pipeline.depth > 0 { return .awaitAnswers }
        if case .statement = mode, scan.effects.contains(.opensBlock) {
            return backend.pipeline.depth > 0 ? .awaitAnswers : .reply(Self.refuseBlock(withReady: true))
        }
        parses += 1
        note(scan)
        if unnamed != nil { unnamed = nil }
        backend.unnamed = 0
        if !scan.changes.isEmpty { pendingChanges += scan.changes }
        var effects = scan.effects
        let action = useName(scan.prepared, behind: 0, &effects, backend)
        backend.pipeline.sentQuery(effects, number: parses)
        return action
    }

    /// What a text may leave in the session.
    private func note(_ scan: StatementScanner.Finding) {
        let undoes = scan.returnsToSavepoint && !pendingChanges.isEmpty
        keep(undoes ? Pin("a setting before ROLLBACK TO SAVEPOINT", isCertain: true) : scan.pin)
    }

    /// EXECUTE and DEALLOCATE of a statement that was prepared by the protocol.
    private func useName(_ used: PreparedName?, behind offset: Int, _ effects: inout WorkEffects, _ backend: BackendState) -> Action {
        guard let used, let statement = names[used.name]?.statement else { return .forward }
        prepare(statement, on: backend)
        rewriting.replace(offset + used.range.lowerBound..<offset + used.range.upperBound, by: "\"\(statement.name)\"")
        if used.isDeallocated {
            names[used.name] = nil
            backend.prepared.remove(statement.id)
        } else {
            effects = statement.effects.union(.executes)
        }
        return .rewrite
    }

    private func sendParse(_ body: UnsafeRawBufferPointer, _ isWhole: Bool, _ backend: BackendState, _ library: inout StatementLibrary) -> Action {
        guard let behind = Self.behindFirstName(body) else {
            backend.pipeline.sentParse(.unnamed, .unknown, isOwn: false)
            return .forward // It has no end: the node refuses it.
        }
        if body.first == 0 || !isWhole { return sendUnnamedParse(behind, isWhole, backend, &library.texts) }
        let name = Self.name(body)
        if let known = names[name] {
            // What is under way may fail, or deallocate it.
            if backend.pipeline.depth > 0 { return .awaitAnswers }
            // PostgreSQL refuses a name that is in use, and so does the node when it gets that statement again.
            prepare(known.statement, on: backend)
            backend.pipeline.sentRefused()
            rewriting.replace(0..<body.count - behind.count - 1, by: known.statement.name)
            return .rewrite
        }
        if backend.pipeline.depth > 0, isClosing(name) { return .awaitAnswers }
        let statement = statement(behind, &library)
        if mode == .statement, statement.effects.contains(.opensBlock) { return .close(Self.refuseBlock(withReady: false)) }
        guard names.count < Self.mostNames else {
            return .close(ErrorMessage(.fatal, .tooManyStatements, "a session may have \(Self.mostNames) prepared statements",
                                       hint: "Close those that are not needed any more.").bytes)
        }
        parses += 1
        keep(statement.pin)
        names[name] = NamedStatement(statement: statement, parse: parses)
        if status != .failed, backend.pipeline.isForeseeable, backend.prepared.use(statement.id) {
            backend.pipeline.keptParse(statement.id, number: parses)
            return .swallow
        }
        makeRoom(for: statement.id, on: backend)
        backend.pipeline.sentParse(statement.id, statement.effects, number: parses, isOwn: false)
        rewriting.replace(0..<body.count - behind.count - 1, by: statement.name)
        return .rewrite
    }

    /// What a Parse prepares; `behind` is what comes behind its name.
    func statement(_ behind: UnsafeRawBufferPointer, _ library: inout StatementLibrary) -> PreparedStatement {
        library.statement(PreparedIdentity(body: Array(behind), escapesByBackslash: reading.escapesByBackslash, encoding: told["client_encoding"] ?? ""), scan)
    }

    private func sendUnnamedParse(_ behind: UnsafeRawBufferPointer, _ isWhole: Bool, _ backend: BackendState, _ texts: inout KnownTexts) -> Action {
        let scan = scan(isWhole ? behind : nil, &texts)
        if !scan.changes.isEmpty, backend.pipeline.depth > 0 { return .awaitAnswers }
        if mode == .statement, scan.effects.contains(.opensBlock) { return .close(Self.refuseBlock(withReady: false)) }
        parses += 1
        note(scan)
        var effects = scan.effects
        let action = useName(scan.prepared, behind: 1, &effects, backend)
        // One that names another statement, or is too long to be kept, lasts as long as its backend is held.
        let isKept = isWhole && action == .forward
        unnamed = isKept ? UnnamedStatement(parse: parses, body: unnamedBody(like: behind), effects: effects, changes: scan.changes) : nil
        backend.unnamed = parses
        backend.pipeline.sentParse(.unnamed, effects, number: parses, isOwn: false)
        return action
    }

    /// The bytes of a Parse, in the memory of those before where they are the same: a driver that repeats itself costs no memory.
    private func unnamedBody(like bytes: UnsafeRawBufferPointer) -> [UInt8] {
        if let known = unnamed?.body, known.withUnsafeBytes({ $0.isSame(as: bytes) }) { return known }
        return Array(bytes)
    }

    private func sendBind(_ body: UnsafeRawBufferPointer, _ backend: BackendState) -> Action {
        guard let behind = Self.behindFirstName(body), let end = behind.firstIndex(of: 0) else {
            backend.pipeline.sentBind(.unknown)
            return .forward
        }
        let start = body.count - behind.count
        if end == 0 { return useUnnamed(start..<start, backend) { $0.pipeline.sentBind(nil) } }
        guard let named = names[Self.name(behind)] else {
            if backend.pipeline.depth > 0, isClosing(Self.name(behind)) { return .awaitAnswers }
            backend.pipeline.sentBind(.unknown)
            return useUnknown(behind, start..<start + end)
        }
        if isUncertain(named.statement, backend) { return .awaitAnswers }
        boundChanges += named.statement.changes
        prepare(named.statement, on: backend)
        backend.pipeline.sentBind(named.statement.effects)
        rewriting.replace(start..<start + end, by: named.statement.name)
        return .rewrite
    }

    private func sendDescribe(_ body: UnsafeRawBufferPointer, _ backend: BackendState) -> Action {
        guard body.first == UInt8(ascii: "S"), let end = body.firstIndex(of: 0) else {
            backend.pipeline.sentDescribe()
            return .forward
        }
        if end == 1 { return useUnnamed(1..<1, backend) { $0.pipeline.sentDescribe() } }
        let name = UnsafeRawBufferPointer(rebasing: body[1...])
        guard let statement = names[Self.name(name)]?.statement else {
            if backend.pipeline.depth > 0, isClosing(Self.name(name)) { return .awaitAnswers }
            backend.pipeline.sentDescribe()
            return useUnknown(name, 1..<end)
        }
        if isUncertain(statement, backend) { return .awaitAnswers }
        prepare(statement, on: backend)
        backend.pipeline.sentDescribe()
        rewriting.replace(1..<end, by: statement.name)
        return .rewrite
    }

    private func sendClose(_ body: UnsafeRawBufferPointer, _ backend: BackendState) -> Action {
        if body.first == UInt8(ascii: "S"), let end = body.firstIndex(of: 0), end > 1 {
            let name = UnsafeRawBufferPointer(rebasing: body[1...])
            let key = Self.name(name)
            let closed = names.removeValue(forKey: key)
            if closed != nil || isClosing(key) {
                // Others may need it there.
                parses += 1
                closedNames.append((parses, key, closed))
                backend.pipeline.keptClose(number: parses)
                return .swallow
            }
            backend.pipeline.sentClose(isOwn: false)
            return useUnknown(name, 1..<end)
        }
        if body.first == UInt8(ascii: "S") {
            unnamed = nil
            backend.unnamed = 0
        }
        backend.pipeline.sentClose(isOwn: false)
        return .forward
    }

    /// Whether a Parse of the statement may still fail. The depth is asked first: the rest is asked of a copy.
    private func isUncertain(_ statement: PreparedStatement, _ backend: BackendState) -> Bool {
        backend.pipeline.depth > 0 && backend.pipeline.isUncertain(statement.id)
    }

    /// Whether a Close of the name is under way: should the node skip it, the name is still there.
    func isClosing(_ name: String) -> Bool { closedNames.contains { $0.name == name } }

    static func refuseBlock(withReady: Bool) -> [UInt8] {
        let error = ErrorMessage(withReady ? .error : .fatal, .featureNotSupported, "transaction blocks are not allowed in statement pooling mode",
                                 hint: "Set pool_mode to transaction for this database or user.")
        var writer = MessageWriter()
        error.write(to: &writer)
        if withReady { writer.readyForQuery(.idle) }
        return writer.bytes
    }
}
