internal import PostgresWire
internal import Reactor

/// Statements that run on though their clients are gone, with the locks they hold.
///
/// A node that waits for more of a message, or of a copy, sees the end of the connection. One that executes looks up only for a cancel
/// request, and ignores one that overtakes its statement: so it is asked again until it closes the connection, or for long enough.
extension Shard {
    static let mostCancels = 6
    /// After the first cancel request; doubled after each.
    static let firstCancelPause = Duration.milliseconds(50)

    /// The backend's session left in the middle of a statement.
    func leaveOver(_ backend: Backend) {
        if let frontend = backend.frontend { separate(backend, frontend) }
        backend.stage = .ending(cancels: 0)
        backend.output.drop()
        backend.transport.finish()
        cancelLeftOver(backend)
        if !backend.isClosed { watch(backend) }
    }

    func cancelLeftOver(_ backend: Backend) {
        guard case .ending(let cancels) = backend.stage, let key = backend.key else { preconditionFailure("a cancel for what is not ending") }
        guard cancels < Self.mostCancels else { return closeAndReplace(backend) }
        backend.stage = .ending(cancels: cancels + 1)
        setTimer(backend, after: Self.firstCancelPause * (1 << cancels))
        startErrand(to: backend, key, isKept: false, origin: nil)
    }
}
