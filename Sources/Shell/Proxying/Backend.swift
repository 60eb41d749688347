internal import ClusterModel
internal import PostgresWire
internal import Reactor
internal import Sessions

/// A connection to a node, on one shard's loop. In this slice it belongs to one frontend for life.
final class Backend {
    enum Stage {
        /// To `askingForTLS` or `loggingIn` when the socket is connected.
        case connecting
        /// To `shakingHands` or `loggingIn` with the node's answer.
        case askingForTLS
        /// To `loggingIn`.
        case shakingHands
        /// The client's own login passes through, or the daemon logs in by `login`. To `serving`.
        case loggingIn
        case serving
    }

    let id: SlotID
    var transport: Transport
    let node: NodeID
    let address: SocketAddress
    /// Addresses of the node that are still to be tried should this one fail.
    let otherAddresses: ArraySlice<SocketAddress>
    /// The epoch it was opened in; its bytes are worth nothing in another.
    let epoch: Epoch
    unowned let frontend: Frontend
    var stage = Stage.connecting
    /// The daemon's own login; nil while the client's passes through.
    var login: BackendSession?
    /// The node's key, for cancel requests.
    var key: BackendKey?
    var scanner = FrameScanner(.node, gathering: Backend.gathered)
    var input: ByteBuffer
    var output: ByteBuffer
    /// It counts as being opened: the node has not answered yet.
    var isOpening = true
    var isClosed = false
    var interest: Interest = .writable
    var timer: TimerID?

    var descriptor: Int32 { transport.descriptor }

    /// The login has not begun.
    var isPreparing: Bool {
        switch stage {
        case .connecting, .askingForTLS, .shakingHands: true
        case .loggingIn, .serving: false
        }
    }

    /// Errors and notices up to this size are looked at.
    static let gathered = 64 << 10

    init(_ id: SlotID, _ descriptor: Int32, node: NodeID, epoch: Epoch, address: SocketAddress, others: ArraySlice<SocketAddress>,
         for frontend: Frontend, login: BackendSession?, _ budget: MemoryBudget) {
        self.id = id
        transport = Transport(descriptor)
        self.node = node
        self.epoch = epoch
        self.address = address
        otherAddresses = others
        self.frontend = frontend
        self.login = login
        input = ByteBuffer(budget)
        output = ByteBuffer(budget)
    }
}
