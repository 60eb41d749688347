package import PostgresWire

/// A session without a backend: what it answers itself, and what it needs a backend for.
extension FrontendSession {
    /// After an error in the extended protocol.
    func discard(_ kind: FrontendMessageKind) -> Action {
        guard kind == .sync else { return .swallow }
        isDiscarding = false
        return ready()
    }

    func serve(_ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?, _ library: inout StatementLibrary) -> Action {
        switch kind {
        case .sync: return ready()
        // PostgreSQL ignores what is left of a copy that failed.
        case .flush, .copyData, .copyDone, .copyFail: return .swallow
        case .close:
            if let body, body.first == UInt8(ascii: "S"), body.count > 2 {
                names[Self.name(UnsafeRawBufferPointer(rebasing: body[1...]))] = nil
                return bare(.closeComplete)
            }
        case .query, .parse, .bind, .describe, .execute, .functionCall: break
        case .secret, .terminate: preconditionFailure("received \(kind) beyond the place that handles it")
        }
        if case .query = kind, Self.mayBeForUs(body), let admin = scan(body).admin { return .administer(admin) }
        if let lostBlock { return serveLostBlock(lostBlock, kind, body, &library) }
        if let refusal {
            self.refusal = nil
            return fail(refusal, kind)
        }
        return .needBackend
    }

    /// Whether a text may begin with SHOW or PGPOOL: all others are read once, with the backend that they need.
    private static func mayBeForUs(_ text: UnsafeRawBufferPointer?) -> Bool {
        guard let text, text.count > 1 else { return false }
        switch text[0] | 0x20 {
        case UInt8(ascii: "s"): return text[1] | 0x20 == UInt8(ascii: "h")
        case UInt8(ascii: "p"), 0x20...UInt8(ascii: "/"): return true
        default: return text[0] < 0x20
        }
    }

    /// The client cancelled what is held, or it was held too long: bring it again to have it answered by the error.
    package func refuseHeld(_ error: ErrorMessage) { refusal = error }

    func ready() -> Action {
        var writer = MessageWriter()
        writer.readyForQuery(status)
        return .reply(writer.bytes)
    }

    /// Answers a message by an error: complete for the simple protocol, up to Sync for the extended one.
    func fail(_ error: ErrorMessage, _ kind: FrontendMessageKind) -> Action {
        var writer = MessageWriter()
        error.write(to: &writer)
        if kind == .query || kind == .functionCall { writer.readyForQuery(status) } else { isDiscarding = true }
        return .reply(writer.bytes)
    }

    // MARK: The block that was lost with its primary

    static func blockLost(_ reason: String) -> ErrorMessage {
        ErrorMessage(.error, .serializationFailure, "the transaction was rolled back because the connection to the primary was lost: \(reason)",
                     hint: "Nothing of it took effect; run the transaction again.")
    }

    static let inFailedBlock = ErrorMessage(.error, .inFailedTransaction,
                                            "current transaction is aborted, commands ignored until end of transaction block")

    private func serveLostBlock(_ block: LostBlock, _ kind: FrontendMessageKind, _ body: UnsafeRawBufferPointer?,
                                _ library: inout StatementLibrary) -> Action {
        switch kind {
        case .query: return serveQuery(block, scan(body).effects)
        case .parse:
            let behind = Self.behindFirstName(body), effects = scan(behind).effects
            guard endsOnly(effects) else { return failBlock(block, kind) }
            guard let body, let behind, Self.firstNameIsGiven(body) else {
                localStatement = effects
                return bare(.parseComplete)
            }
            return prepareLocally(Self.name(body), behind, block, &library)
        case .bind:
            guard let name = Self.behindFirstName(body), let statement = name.first == 0 ? localStatement : names[Self.name(name)]?.statement.effects,
                  endsOnly(statement) else { return failBlock(block, kind) }
            localPortal = statement
            return bare(.bindComplete)
        case .describe: return describe(block, body)
        case .close: return bare(.closeComplete)
        case .execute:
            guard let portal = localPortal else { return failBlock(block, kind) }
            return executeEnd(block, portal)
        case .functionCall, .sync, .flush, .copyData, .copyDone, .copyFail, .secret, .terminate: return failBlock(block, kind)
        }
    }

    /// A statement that ends the block, by name: PostgreSQL prepares it in a failed block too.
    private func prepareLocally(_ name: String, _ behind: UnsafeRawBufferPointer, _ block: LostBlock, _ library: inout StatementLibrary) -> Action {
        guard names[name] == nil, names.count < Self.mostNames else { return failBlock(block, .parse) }
        parses += 1
        names[name] = NamedStatement(statement: statement(behind, &library), parse: parses)
        return bare(.parseComplete)
    }

    private func serveQuery(_ block: LostBlock, _ effects: WorkEffects) -> Action {
        if !effects.contains(.executes) {
            var writer = MessageWriter()
            writer.bare(.emptyQuery)
            writer.readyForQuery(status)
            return .reply(writer.bytes)
        }
        if effects.contains(.loneRollback) || effects.contains(.loneCommit) && block == .told { return rolledBack(withReady: true) }
        // The rest of the text needs a node; that its ROLLBACK finds no block there is a warning.
        if effects.contains(.beginsWithRollback) {
            endBlock()
            return .needBackend
        }
        if effects.contains(.endsBlock), !effects.contains(.opensBlock), case .untold = block {
            endBlock()
            return failBlock(block, .query)
        }
        return failBlock(block, .query)
    }

    private func endsOnly(_ effects: WorkEffects) -> Bool { effects.contains(.loneRollback) || effects.contains(.loneCommit) }

    private func executeEnd(_ block: LostBlock, _ portal: WorkEffects) -> Action {
        if portal.contains(.loneRollback) || block == .told { return rolledBack(withReady: false) }
        // A COMMIT that the client sends without knowing: it must not read this as success.
        endBlock()
        return failBlock(block, .execute)
    }

    private func describe(_ block: LostBlock, _ body: UnsafeRawBufferPointer?) -> Action {
        let isStatement = body?.first == UInt8(ascii: "S")
        let name = body.map { Self.name(UnsafeRawBufferPointer(rebasing: $0.dropFirst())) } ?? ""
        let described = isStatement ? name.isEmpty ? localStatement : names[name]?.statement.effects : localPortal
        guard let described, endsOnly(described) else { return failBlock(block, .describe) }
        var writer = MessageWriter()
        if isStatement { writer.message(.parameterDescription) { $0.int16(0) } }
        writer.bare(.noData)
        return .reply(writer.bytes)
    }

    private func failBlock(_ block: LostBlock, _ kind: FrontendMessageKind) -> Action {
        switch block {
        case .untold(let reason):
            if lostBlock != nil {
                lostBlock = .told
                status = .failed
            }
            return fail(Self.blockLost(reason), kind)
        case .told:
            return fail(Self.inFailedBlock, kind)
        }
    }

    private func rolledBack(withReady: Bool) -> Action {
        endBlock()
        var writer = MessageWriter()
        writer.commandComplete("ROLLBACK")
        if withReady { writer.readyForQuery(status) }
        return .reply(writer.bytes)
    }

    private func endBlock() {
        lostBlock = nil
        localStatement = nil
        localPortal = nil
        status = .idle
    }

    private func bare(_ kind: BackendMessageKind) -> Action {
        var writer = MessageWriter()
        writer.bare(kind)
        return .reply(writer.bytes)
    }
}
