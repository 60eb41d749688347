/// What one look at a node found, from the database itself.
package struct NodeObservation: Hashable, Sendable {
    package var role: Role
    package var systemIdentifier: SystemIdentifier
    package var timeline: Timeline
    /// The furthest WAL the node holds durably: written on a primary, received or replayed on a standby.
    package var walEnd: LogSequenceNumber
    /// `server_version_num`, for example 150018.
    package var serverVersion: Int
    /// Where its log comes from; nil where the role may not read that.
    package var history: TimelineHistory?
    /// On a standby: the last position that was replayed, and so is visible to reads.
    package var replayed: LogSequenceNumber?
    /// On a standby: how long ago, by its own clock, the last transaction that it replayed was committed.
    package var replayAge: Duration?
    /// Whether an administrator paused replay; such a standby cannot finish a promotion.
    package var isReplayPaused: Bool
    /// Whether sessions begin read-only although the server could write (`default_transaction_read_only`).
    package var isReadOnly = false
    /// `synchronous_standby_names`, as the node has it; empty waits for nobody.
    package var synchronousStandbyNames: String
    /// The epoch whose failover sealed the node: since then it receives no WAL; nil where it is not sealed, or does not say.
    package var sealedIn: Epoch?
    /// What the servers streaming from it report.
    package var streams: [Stream]
    /// On a standby: where it streams from; nil while it does not.
    package var receiver: Receiver?
    /// Its physical replication slots.
    package var slots: [Slot] = []

    /// One row of `pg_stat_replication`.
    package struct Stream: Hashable, Sendable {
        package var applicationName: String
        /// `streaming`, `catchup`, …
        package var state: String
        /// `sync`, `potential`, `quorum` or `async`.
        package var syncState: String
        /// What it has on disk.
        package var flushed: LogSequenceNumber
        package var replayed: LogSequenceNumber
        /// How long the last commits took to be replayed there; nil when there were none lately.
        package var replayLag: Duration?

        package init(applicationName: String, state: String, syncState: String, flushed: LogSequenceNumber = .zero, replayed: LogSequenceNumber,
                     replayLag: Duration? = nil) {
            self.applicationName = applicationName
            self.state = state
            self.syncState = syncState
            self.flushed = flushed
            self.replayed = replayed
            self.replayLag = replayLag
        }
    }

    /// The row of `pg_stat_wal_receiver`.
    package struct Receiver: Hashable, Sendable {
        /// `streaming`, `waiting`, …
        package var state: String
        /// As `primary_conninfo` names it; empty where the role may not see it.
        package var host: String
        package var port: Int?
        /// Empty without one.
        package var slot: String

        package init(state: String, host: String, port: Int?, slot: String) {
            self.state = state
            self.host = host
            self.port = port
            self.slot = slot
        }
    }

    /// A row of `pg_replication_slots`.
    package struct Slot: Hashable, Sendable {
        package var name: String
        package var isActive: Bool
        /// `reserved`, `extended`, `unreserved` or `lost`; empty before PostgreSQL 13.
        package var state: String
        /// From here on WAL is kept for it; nil when none is.
        package var restart: LogSequenceNumber?

        package init(name: String, isActive: Bool, state: String, restart: LogSequenceNumber?) {
            self.name = name
            self.isActive = isActive
            self.state = state
            self.restart = restart
        }
    }

    package init(role: Role, systemIdentifier: SystemIdentifier, timeline: Timeline, walEnd: LogSequenceNumber,
                 serverVersion: Int, history: TimelineHistory? = nil, isReplayPaused: Bool = false, synchronousStandbyNames: String = "",
                 sealedIn: Epoch? = nil, streams: [Stream] = []) {
        self.role = role
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.walEnd = walEnd
        self.serverVersion = serverVersion
        self.history = history
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
