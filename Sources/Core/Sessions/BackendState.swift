package import PostgresWire

/// What one backend is like after everything that was sent to it: kept with the connection, whichever session holds it.
package final class BackendState {
    /// What the node reported last.
    package internal(set) var parameters: ServerParameters
    /// What the node reported when nothing was set yet.
    private(set) var defaults: ServerParameters
    /// The settings in force beyond those it started with.
    package internal(set) var applied = SessionSettings()
    var prepared = PreparedCache()
    var pipeline = Pipeline()
    /// Whose unnamed statement it has: the number its session gave it; 0 for nobody's.
    var unnamed: UInt64 = 0

    /// Of a backend that is not logged in, nothing is known.
    package init(_ parameters: ServerParameters = ServerParameters()) {
        self.parameters = parameters
        defaults = parameters
    }

    /// The backend is logged in, and was set nothing.
    package func begin(_ reported: ServerParameters) {
        parameters = reported
        defaults = reported
    }

    /// The same parameters in memory that others share, so that comparing them costs a glance.
    package func share(_ same: ServerParameters) { parameters = same }

    /// The node will end what it was sent by itself, without another message of the client.
    package var willAnswer: Bool { pipeline.depth > 0 && !pipeline.awaitsCopyData }

    /// Answers are owed by the node.
    package var isBusy: Bool { !pipeline.isEmpty }
    /// Prepared statements of ours that it has.
    package var preparedCount: Int { prepared.count }

    /// How many Parse messages it was sent since the last call.
    package func takeParses() -> UInt64 {
        defer { pipeline.parses = 0 }
        return pipeline.parses
    }

    /// An answer is ours to give before the node's next one.
    package var owesOwn: Bool { pipeline.owesOwn }

    /// Appends the answers whose turn has come to messages that the backend never saw.
    package func sayOwn(into writer: inout MessageWriter) { pipeline.sayOwn { writer.bare($0) } }

    /// DISCARD ALL.
    func forgetAll() {
        applied = SessionSettings()
        prepared.removeAll()
        unnamed = 0
    }

    /// A message that came while no session holds the backend; false when the backend must go.
    package func receivedIdle(_ kind: BackendMessageKind, _ body: UnsafeRawBufferPointer) -> Bool {
        switch kind {
        case .parameterStatus:
            do { try parameters.read(body) } catch { return false }
            return !parameters.isStandby
        case .notice, .notification: return true
        case .authentication, .backendKeyData, .negotiateProtocolVersion, .readyForQuery, .error, .rowDescription, .dataRow, .commandComplete,
             .emptyQuery, .portalSuspended, .parseComplete, .bindComplete, .closeComplete, .noData, .parameterDescription, .functionResult,
             .copyIn, .copyOut, .copyBoth, .copyData, .copyDone:
            return false
        }
    }
}
