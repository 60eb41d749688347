internal import PostgresWire

/// Which of a client's settings are in force once its transaction has ended.
extension FrontendSession {
    /// A statement was completed; only some tags matter.
    func completed(_ tag: UnsafeRawBufferPointer, _ backend: BackendState) {
        switch tag[0] {
        case UInt8(ascii: "R") where !pendingChanges.isEmpty && Self.says(tag, "ROLLBACK"): pendingChanges = []
        case UInt8(ascii: "D") where Self.says(tag, "DISCARD ALL"): discardedAll(backend)
        case UInt8(ascii: "D") where Self.says(tag, "DEALLOCATE ALL"): forgetPrepared(backend)
        default: break
        }
    }

    private static func says(_ tag: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        text.withUTF8Buffer { $0.elementsEqual(tag.dropLast()) }
    }

    /// Statements that were prepared before are gone; those that were sent since, the node will have.
    private func forgetPrepared(_ backend: BackendState) {
        let last = backend.pipeline.number
        names = names.filter { $0.value.parse > last }
        backend.prepared.removeAll(but: backend.pipeline.parsed)
    }

    /// The backend is as it began, and so must the session be: what it asked for at its start is set anew.
    private func discardedAll(_ backend: BackendState) {
        forgetPrepared(backend)
        // What was sent behind it may pin the session again.
        if pinnedBy <= backend.pipeline.number { pin = nil }
        backend.applied = SessionSettings()
        restoreStartupSettings()
        isMisaligned = !settings.isEmpty
    }

    /// ReadyForQuery came while changes were pending.
    func settle(_ hasFailed: Bool, _ backend: BackendState) {
        if !status.isIdle { return }
        defer { pendingChanges = [] }
        if hasFailed { return }
        for change in pendingChanges { apply(change, backend) }
        isMisaligned = backend.applied != settings
    }

    private func apply(_ change: SettingChange, _ backend: BackendState) {
        switch change {
        case .set(let name, let text):
            // What the node reports is known better from its report.
            if isReported(name) { return }
            settings.set(name, .statement(text))
            backend.applied.set(name, .statement(text))
        case .reset(let name):
            restoreStartupSetting(name)
            backend.applied.remove(name)
        case .resetAll:
            restoreStartupSettings()
            backend.applied = SessionSettings()
        }
    }

    private func isReported(_ name: String) -> Bool { told.values.contains { $0.name.lowercased() == name } }
}
