internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor

/// A connection to a node that carries one cancel request and waits for the node to close it.
final class Errand {
    enum Stage {
        /// To `askingForTLS` or `sent` when the socket is connected.
        case connecting
        /// To `shakingHands` or `sent` with the node's answer.
        case askingForTLS
        /// To `sent`.
        case shakingHands
        /// The node closes the connection when it has sent the signal.
        case sent
    }

    let id: SlotID
    var transport: Transport
    let node: NodeID
    let asksForTLS: Bool
    let request: [UInt8]
    /// Whom it is for, as long as a session keeps it.
    let backend: SlotID?
    /// Who asked, to be told of the end; nil when the shard itself did.
    let origin: CancelOrigin?
    var timer: TimerID?
    var stage = Stage.connecting

    var descriptor: Int32 { transport.descriptor }

    init(_ id: SlotID, _ descriptor: Int32, _ node: NodeID, asksForTLS: Bool, _ request: [UInt8], backend: SlotID?, origin: CancelOrigin?) {
        self.id = id
        transport = Transport(descriptor)
        self.node = node
        self.asksForTLS = asksForTLS
        self.request = request
        self.backend = backend
        self.origin = origin
    }
}

/// The frontend that asked for a cancel; PostgreSQL closes its connection when the signal is sent, and so do we.
struct CancelOrigin: Hashable, Sendable {
    let shard: Int
    let frontend: SlotID
}
