/// Where decisions become facts: an ordered, durable log that every member applies.
///
/// One member on SQLite today; Raft puts the same entries on several. A decision may be acted upon only after
/// `propose` has returned.
package protocol ControlLog: Sendable {
    /// Hands every entry committed so far to `apply`, in order, and later each new one as it commits, whoever proposed it.
    /// Called once, before the first `propose`.
    func start(_ apply: @escaping @Sendable (ControlLogEntry) async -> Void) async throws(ControlLogFailure)

    /// Makes `command` durable, and returns when it is committed and `apply` has been called with it.
    func propose(_ command: ClusterCommand) async throws(ControlLogFailure)
}

/// A committed command and its place.
package struct ControlLogEntry: Hashable, Sendable {
    /// 1 is the first entry; there are no gaps.
    package let index: Int
    package let command: ClusterCommand

    package init(index: Int, command: ClusterCommand) {
        self.index = index
        self.command = command
    }
}

/// Why a command is not, or perhaps not, in the log.
package enum ControlLogFailure: Error, Hashable, Sendable {
    /// The state could not be read or written; `reason` says where and why. Nothing may be decided any more.
    case storage(reason: String)
}
