internal import Pooling
internal import PostgresWire
internal import Reactor

/// A connection to a node that carries one cancel request and waits for the node to close it.
final class Errand {
    let id: SlotID
    let descriptor: Int32
    let request: [UInt8]
    /// Whom it is for, as long as a session keeps it.
    let backend: SlotID?
    /// Who asked, to be told of the end; nil when the shard itself did.
    let origin: CancelOrigin?
    var timer: TimerID?
    var isSent = false

    init(_ id: SlotID, _ descriptor: Int32, _ request: [UInt8], backend: SlotID?, origin: CancelOrigin?) {
        self.id = id
        self.descriptor = descriptor
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
