internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// A connection to a node, on one shard's loop.
final class Backend {
    enum Stage {
        /// To `askingForTLS` or `loggingIn` when the socket is connected.
        case connecting
        /// To `shakingHands` or `loggingIn` with the node's answer.
        case askingForTLS
        /// To `loggingIn`.
        case shakingHands
        /// The client's own login passes through, or the daemon logs in by `login`. To `idle`.
        case loggingIn
        /// Nobody has it: it is in its pool.
        case idle
        /// It takes over the settings of the session that gets it. To `serving`, or `idle` where that is gone.
        case aligning
        /// A session has it. To `idle`, by way of the other two.
        case serving
        /// It forgets the session that had it. To `idle`.
        case resetting
        /// Nobody has it, and a cancel request that was meant for its last session is still on its way. To `idle`.
        case awaitingCancel
        /// Its session left in the middle of a statement, which is being cancelled; what it still says is for nobody. To its end.
        case ending(cancels: Int)
    }

    let id: SlotID
    var transport: Transport
    let node: NodeID
    let address: SocketAddress
    /// Addresses of the node that are still to be tried should this one fail.
    let otherAddresses: ArraySlice<SocketAddress>
    /// The epoch it was opened in; its bytes are worth nothing in another.
    let epoch: Epoch
    let openedAt: Monotonic
    /// Whose it is now; while it is opened, whose login passes through.
    var frontend: Frontend?
    /// Where it goes when its session has done with it; nil for one that only its client could open.
    var pool: ShardPool?
    var stage = Stage.connecting
    /// Our own statements that are under way while it is `aligning` or `resetting`.
    var interlude: Interlude?
    /// The daemon's own login; nil while a client's passes through.
    var login: BackendSession?
    /// What it is like; nothing until it is logged in. Never another object, so that no message counts references to it.
    let state: BackendState
    /// The node's key, for cancel requests.
    var key: BackendKey?
    /// Cancel requests on their way to it.
    var cancels = 0
    var scanner = FrameScanner(.node, gathering: Backend.gathered)
    var input: ByteBuffer
    var output: ByteBuffer
    /// Its session has done with it once what it sent is passed on.
    var isReleasing = false
    /// It counts as being opened: the node has not answered yet.
    var isOpening: Bool
    /// It counts among those that its pool waits for.
    var isAwaited = false
    var isClosed = false
    var interest: Interest = .writable
    var timer: TimerID?
    /// What it did, for views.
    var history: BackendHistory

    /// Messages that are looked at are gathered up to this size.
    static let gathered = 64 << 10

    init(_ id: SlotID, _ opening: BackendOpening, _ transport: Transport, isOpening: Bool, _ budget: MemoryBudget, _ state: BackendState = BackendState()) {
        self.id = id
        self.state = state
        self.transport = transport
        node = opening.node
        epoch = opening.epoch
        address = opening.address
        otherAddresses = opening.others
        openedAt = opening.at
        history = BackendHistory(assignedAt: opening.at)
        self.isOpening = isOpening
        input = ByteBuffer(budget)
        output = ByteBuffer(budget)
    }

    var descriptor: Int32 { transport.descriptor }

    var isConnecting: Bool { if case .connecting = stage { true } else { false } }

    /// The login has not begun.
    var isPreparing: Bool {
        switch stage {
        case .connecting, .askingForTLS, .shakingHands: true
        case .loggingIn, .idle, .aligning, .serving, .resetting, .awaitingCancel, .ending: false
        }
    }

    /// Nothing of it is under way in either direction.
    var isQuiet: Bool { input.isEmpty && output.isEmpty && !transport.hasUnsent && scanner.isAtBoundary }
}

/// Where a backend is opened, or was.
struct BackendOpening: Sendable {
    let node: NodeID
    let epoch: Epoch
    let address: SocketAddress
    let others: ArraySlice<SocketAddress>
    let at: Monotonic
}

/// An idle backend on its way from one shard to another.
struct MovedBackend: Sendable {
    let transport: Transport
    let opening: BackendOpening
    let pool: PoolKey
    /// Handed over whole: the shard that gives it keeps no reference.
    nonisolated(unsafe) let state: BackendState
    let key: BackendKey?
    let history: BackendHistory
}

/// What a backend did since it was opened, on whichever shard.
struct BackendHistory: Sendable {
    var assignments: UInt64 = 0
    var queries: UInt64 = 0
    /// When a frontend got it last, or it was opened.
    var assignedAt: Monotonic
}
