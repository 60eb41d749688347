internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// A connection from an application, on one shard's loop.
final class Frontend {
    /// Why nothing is read from it, or what reading is for.
    enum Stage {
        /// Its first packets are read.
        case startingUp
        /// It proves who it is: its messages are read for that. To `awaitingVerdict`, to `held`.
        case authenticating
        /// Somebody else is asked about it, and nothing is read. To `authenticating`, to `held`.
        case awaitingVerdict
        /// Its messages are read.
        case serving
        /// A message of its (or its login) waits for a backend. To `serving`.
        case held
        /// A message of its waits until the node has answered. To `serving`.
        case awaitingAnswers
        /// The administrator answers. To `serving`.
        case awaitingAdmin
        /// It asked for a cancel, and waits for its end.
        case cancelling
        /// The last words are on their way; what comes is thrown away.
        case closing
    }

    let id: SlotID
    var transport: Transport
    var stage = Stage.startingUp
    var startup: FrontendStartup
    /// From the startup packet on.
    var session: FrontendSession?
    /// Until it is let in.
    var authentication: Authentication?
    /// It speaks to the daemon itself; it never gets a backend.
    var administration: Administration?
    /// Where its work is counted, once it is let in.
    var figures: Figures?
    /// What it did, for views.
    var queries: UInt64 = 0, transactions: UInt64 = 0
    var scanner = FrameScanner(.frontend, gathering: Frontend.gathered, text: Frontend.gatheredText)
    /// Received and not yet taken: less than a message, or messages that must wait.
    var input: ByteBuffer
    /// What the socket did not take.
    var output: ByteBuffer
    /// `output` holds bytes of a node.
    var isOutputRelayed = false
    var backend: Backend?
    /// Where its backends come from, in the epoch it last had one.
    var pool: ShardPool?
    /// The rest of the message under way goes nowhere.
    var isSwallowing = false
    /// The client sends no more; it may still read.
    var isFinished = false
    /// It counts against the limit of sessions.
    var isCounted = false
    /// It counts against the limits of its database and user.
    var isTallied = false
    /// It stands in a queue for a backend.
    var isQueued = false
    /// It was told that it waits.
    var isNotified = false
    var isRevisited = false
    var isClosed = false
    var interest: Interest = .readable.union(.edge)
    var timer: TimerID?
    /// When it was heard last, and when its transaction and its statement began; for the limits of time.
    var heardAt = Monotonic(nanoseconds: 0), transactionAt: Monotonic?, statementAt: Monotonic?
    let connectedAt: Monotonic
    /// Since when it waits for a backend.
    var waitingAt: Monotonic?

    var descriptor: Int32 { transport.descriptor }

    /// A message up to this size is looked at as a whole.
    static let gathered = 64 << 10
    /// A text up to this size is read (`max_prepared_text`); a longer one is passed on unread, and pins its session.
    static let gatheredText = 1 << 20

    init(_ id: SlotID, _ descriptor: Int32, offersTLS: Bool, _ budget: MemoryBudget, at now: Monotonic) {
        connectedAt = now
        self.id = id
        transport = Transport(descriptor)
        startup = FrontendStartup(offersTLS: offersTLS)
        input = ByteBuffer(budget)
        output = ByteBuffer(budget)
    }
}
