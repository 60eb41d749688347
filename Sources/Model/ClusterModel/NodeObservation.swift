/// What one look at a node found, from the database itself.
package struct NodeObservation: Hashable, Sendable {
    package var role: Role
    package var systemIdentifier: SystemIdentifier
    package var timeline: Timeline
    /// The furthest WAL the node holds durably: written on a primary, received or replayed on a standby.
    package var walEnd: LogSequenceNumber
    /// `server_version_num`, for example 150018.
    package var serverVersion: Int
    /// Whether an administrator paused replay; such a standby cannot finish a promotion.
    package var isReplayPaused: Bool
    /// `synchronous_standby_names`, as the node has it; empty waits for nobody.
    package var synchronousStandbyNames: String
    /// The epoch whose failover sealed the node: since then it receives no WAL; nil where it is not sealed, or does not say.
    package var sealedIn: Epoch?
    /// On a primary: what the servers streaming from it report.
    package var streams: [Stream]

    /// One row of `pg_stat_replication`.
    package struct Stream: Hashable, Sendable {
        package var applicationName: String
        /// `streaming`, `catchup`, …
        package var state: String
        /// `sync`, `potential`, `quorum` or `async`.
        package var syncState: String
        package var replayed: LogSequenceNumber

        package init(applicationName: String, state: String, syncState: String, replayed: LogSequenceNumber) {
            self.applicationName = applicationName
            self.state = state
            self.syncState = syncState
            self.replayed = replayed
        }
    }

    package init(role: Role, systemIdentifier: SystemIdentifier, timeline: Timeline, walEnd: LogSequenceNumber,
                 serverVersion: Int, isReplayPaused: Bool = false, synchronousStandbyNames: String = "", sealedIn: Epoch? = nil,
                 streams: [Stream] = []) {
        self.role = role
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.walEnd = walEnd
        self.serverVersion = serverVersion
        self.isReplayPaused = isReplayPaused
        self.synchronousStandbyNames = synchronousStandbyNames
        self.sealedIn = sealedIn
        self.streams = streams
    }
}

/// What live traffic saw happen to a backend; a reason to look at the node at once.
package enum TrafficEvidence: String, Sendable, CaseIterable {
    /// The node reset or closed an established connection.
    case reset
    /// The node's host refused a new connection.
    case refused
    /// A new connection got no answer in time.
    case timedOut
    /// SQLSTATE 57P01: an administrator is stopping the server, or ended this backend.
    case adminShutdown
    /// SQLSTATE 57P02: another backend crashed and the server is restarting all of them.
    case crashShutdown
    /// SQLSTATE 57P03: the server is starting up, shutting down, or not accepting connections.
    case cannotConnectNow
}
