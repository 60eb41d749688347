package import PostgresWire

/// What becomes of a session whose backend is gone.
extension FrontendSession {
    /// What a lost backend means for the frontend.
    package enum Aftermath: Hashable, Sendable {
        /// Send these bytes (there may be none) and go on; the next statement asks for a backend.
        case stay([UInt8])
        /// The login has not begun for the client: bring it to another backend.
        case logInAgain
        /// Send these last words (there may be none) and close.
        case close([UInt8])
    }

    /// The backend is gone. `brokeMessage`: a message of it was sent to the client in part, so nothing more can be framed.
    package func backendLost(_ loss: BackendLoss, brokeMessage: Bool, _ backend: BackendState?) -> Aftermath {
        isAttached = false
        pendingChanges = []
        boundChanges = []
        guard isInService else { return loginLost(loss, brokeMessage) }
        let isOwed = backend?.isBusy == true
        if brokeMessage { return .close([]) }
        if let obstacle { return .close(lastWords(loss, obstacle, isOwed).bytes) }
        if case .violation = loss, isOwed { return .close(lastWords(loss, "what it answered is not to be trusted", isOwed).bytes) }
        guard let backend, isOwed else {
            loseIdleBlock(loss)
            return .stay([])
        }
        return .stay(answerOwed(backend.pipeline, loss))
    }

    /// The session must end although it is in service: the reason follows "the session cannot go on: ".
    package func lastWords(_ loss: BackendLoss, _ obstacle: String, _ isOwed: Bool) -> ErrorMessage {
        ErrorMessage(.fatal, .adminShutdown, "the connection to the primary was lost (\(loss.reason)), and the session cannot move to another node: \(obstacle)",
                     detail: isOwed ? "It is not known whether the statement under way took effect." : nil)
    }

    /// A block that stood open between two statements.
    private func loseIdleBlock(_ loss: BackendLoss) {
        switch status {
        case .idle: break
        case .inBlock: lostBlock = .untold(reason: loss.reason)
        case .failed: lostBlock = .told
        }
    }

    /// One error and one ReadyForQuery for everything that waits for one, and an error for what no Sync has closed.
    private func answerOwed(_ pipeline: Pipeline, _ loss: BackendLoss) -> [UInt8] {
        var writer = MessageWriter()
        let owed = pipeline.owed
        let units = owed.units + (owed.open.map { [$0] } ?? [])
        var isBlockLost = false
        for (index, unit) in units.enumerated() {
            let before = status
            status = Self.status(after: unit, from: before)
            if index > 0 || !pipeline.isFirstFailed {
                answer(unit, from: before, isBlockLost: isBlockLost, isCommitOnItsWay: Self.commitFollows(units[(index + 1)...]), loss, &writer)
            }
            if status.isIdle { isBlockLost = false } else if before != .failed { isBlockLost = true }
            if index < owed.units.count { writer.readyForQuery(status) } else { isDiscarding = true }
        }
        switch status {
        case .idle: break
        case .inBlock: lostBlock = .untold(reason: loss.reason)
        case .failed: lostBlock = .told
        }
        return writer.bytes
    }
    /// The answer to one unit of work, without its ReadyForQuery. `isBlockLost`: the block failed by this loss, so the node may
    /// have gone on in it. `isCommitOnItsWay`: the block's commit was sent too, so it may have happened.
    private func answer(_ unit: WorkEffects, from before: TransactionStatus, isBlockLost: Bool, isCommitOnItsWay: Bool, _ loss: BackendLoss,
                        _ writer: inout MessageWriter) {
        if unit == Pipeline.ping { return }
        if Self.isBeginServed(unit, from: before) {
            writer.commandComplete("BEGIN")
        } else if before != .idle, unit.contains(.loneRollback), !unit.contains(.extended) {
            writer.commandComplete("ROLLBACK")
        } else if before == .failed, !(isBlockLost && unit.contains(.mayCommit)) {
            (unit.contains(.endsBlock) ? Self.blockLost(loss.reason) : Self.inFailedBlock).write(to: &writer)
        } else if Self.isInDoubt(unit, from: before, isCommitOnItsWay) {
            outcomeUnknown(unit, loss).write(to: &writer)
        } else {
            Self.blockLost(loss.reason).write(to: &writer)
        }
    }

    /// A BEGIN alone does nothing, so it is answered as if it had; the block it opens is lost. An error would
    /// leave clients that count blocks themselves outside of one that they cannot end.
    private static func isBeginServed(_ unit: WorkEffects, from before: TransactionStatus) -> Bool {
        before == .idle && unit.contains(.loneBegin) && !unit.contains(.extended)
    }

    /// Whether the next of these that ends the block may commit it.
    private static func commitFollows(_ units: ArraySlice<WorkEffects>) -> Bool {
        units.first { $0.contains(.mayCommit) || $0.contains(.endsBlock) }?.contains(.mayCommit) == true
    }

    static func status(after unit: WorkEffects, from before: TransactionStatus) -> TransactionStatus {
        if unit == Pipeline.ping { return before }
        if isBeginServed(unit, from: before) { return .inBlock }
        if unit.contains(.mayCommit) || unit.contains(.endsBlock) { return .idle }
        if before != .idle { return .failed }
        return unit.contains(.opensBlock) ? .failed : .idle
    }

    /// Outside a block everything that executes commits by itself; inside one only a commit does.
    static func isInDoubt(_ unit: WorkEffects, from before: TransactionStatus, _ isCommitOnItsWay: Bool) -> Bool {
        if unit.contains(.mayCommit) { return true }
        let isInBlock = before != .idle || unit.contains(.opensBlock)
        return isInBlock ? isCommitOnItsWay : unit.contains(.executes)
    }

    private func outcomeUnknown(_ unit: WorkEffects, _ loss: BackendLoss) -> ErrorMessage {
        let what = unit.contains(.mayCommit) ? "commit" : "statement"
        return ErrorMessage(.error, .outcomeUnknown, "the connection to the primary was lost before it answered: \(loss.reason)",
                            detail: "It is not known whether the \(what) took effect.", hint: "Look before you run it again.")
    }
}
