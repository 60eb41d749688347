package import ClusterModel
package import Settings

/// Names a connection for as long as it lives, over all shards.
package struct ConnectionID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }

    package var description: String { String(number) }

    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// What both kinds of connections have: two ends, and a history.
package struct ConnectionEnds: Hashable, Sendable {
    /// A host and a port; of a Unix-domain socket `unix` and the port of its name.
    package let peer: String
    package let peerPort: Int
    package let own: String
    package let ownPort: Int

    package init(peer: String, peerPort: Int, own: String, ownPort: Int) {
        self.peer = peer
        self.peerPort = peerPort
        self.own = own
        self.ownPort = ownPort
    }
}

/// A frontend, for views.
package struct FrontendReport: Hashable, Sendable {
    /// The words are PgBouncer's.
    package enum State: String, Hashable, Sendable {
        /// It has a backend, or nothing to do.
        case active
        /// It waits for a backend.
        case waiting
        /// It logs in.
        case login
        /// It asked for a cancel, which is on its way.
        case activeCancel = "active_cancel_req"
        /// Its last words are on their way.
        case closing
    }

    package var id: ConnectionID
    package var user: String
    package var database: String
    package var state: State
    package var ends: ConnectionEnds
    /// How long ago it connected, was heard last, and began to wait for a backend.
    package var age: Duration
    package var idle: Duration
    package var wait: Duration?
    /// The backend that it has.
    package var backend: ConnectionID?
    package var applicationName: String
    /// Prepared statements that it has by name.
    package var statements: Int
    /// How long it keeps a backend; nil before its login is over.
    package var mode: PoolMode?
    /// Why it keeps its backend beyond its transaction, where its mode does not say so; nil when it gives it back.
    package var hold: String?
    /// Why it cannot go on with another node; nil when it can.
    package var obstacle: String?
    package var isInTransaction: Bool
    /// A node owes it an answer.
    package var isBusy: Bool
    package var tls: String
    package var replication: String
    package var queries: UInt64
    package var transactions: UInt64

    package init(id: ConnectionID, user: String, database: String, state: State, ends: ConnectionEnds, age: Duration, idle: Duration, wait: Duration? = nil,
                 backend: ConnectionID? = nil, applicationName: String = "", statements: Int = 0, mode: PoolMode? = nil,
                 hold: String? = nil, obstacle: String? = nil, isInTransaction: Bool = false, isBusy: Bool = false,
                 tls: String = "", replication: String = "none", queries: UInt64 = 0, transactions: UInt64 = 0) {
        self.id = id
        self.user = user
        self.database = database
        self.state = state
        self.ends = ends
        self.age = age
        self.idle = idle
        self.wait = wait
        self.backend = backend
        self.applicationName = applicationName
        self.statements = statements
        self.mode = mode
        self.hold = hold
        self.obstacle = obstacle
        self.isInTransaction = isInTransaction
        self.isBusy = isBusy
        self.tls = tls
        self.replication = replication
        self.queries = queries
        self.transactions = transactions
    }
}

/// A backend, for views.
package struct BackendReport: Hashable, Sendable {
    /// The words are PgBouncer's.
    package enum State: String, Hashable, Sendable {
        /// A session holds it.
        case active
        /// It waits for the next one.
        case idle
        /// It is made ready for the next one.
        case tested
        /// It connects, or logs in.
        case login = "new"
        /// A cancel request for it is on its way, until which it serves nobody.
        case beingCanceled = "being_canceled"
    }

    package var id: ConnectionID
    package var node: NodeID
    package var user: String
    package var database: String
    package var state: State
    package var ends: ConnectionEnds
    package var age: Duration
    /// Since it was last given to a frontend.
    package var idle: Duration
    /// It is closed as soon as nobody has it.
    package var isStale: Bool
    package var frontend: ConnectionID?
    /// The process that serves it on the node.
    package var process: Int32
    package var applicationName: String
    package var statements: Int
    package var tls: String
    package var assignments: UInt64
    package var queries: UInt64

    package init(id: ConnectionID, node: NodeID, user: String, database: String, state: State, ends: ConnectionEnds, age: Duration, idle: Duration,
                 isStale: Bool = false, frontend: ConnectionID? = nil, process: Int32 = 0, applicationName: String = "", statements: Int = 0,
                 tls: String = "", assignments: UInt64 = 0, queries: UInt64 = 0) {
        self.id = id
        self.node = node
        self.user = user
        self.database = database
        self.state = state
        self.ends = ends
        self.age = age
        self.idle = idle
        self.isStale = isStale
        self.frontend = frontend
        self.process = process
        self.applicationName = applicationName
        self.statements = statements
        self.tls = tls
        self.assignments = assignments
        self.queries = queries
    }
}
