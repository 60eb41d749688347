internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions
internal import Synchronization

/// What other threads tell a shard.
enum ShardMessage: Sendable {
    /// The shards, this one included, by number.
    case meet([Mailbox<ShardMessage>])
    /// A connection to serve; the descriptor is the shard's from now on.
    case take(Int32)
    case adopt(Topology, Receipt)
    /// What may change while running holds from now on.
    case configure(ProxyConfiguration, Receipt)
    case addresses([HostName: [SocketAddress]])
    /// A cancel request for one of this shard's frontends, by its place.
    case cancel(place: Int, BackendKey, CancelOrigin)
    case cancelDone(SlotID)
    /// Another shard may not open a backend of this pool and has none idle.
    case lend(PoolKey, to: Int)
    /// A backend that is this shard's from now on.
    case given(MovedBackend)
    case adminReply(SlotID, AdminReply)
    /// `auth_query` answered for a frontend.
    case found(SlotID, SecretAnswer)
    /// The password that a frontend showed was judged.
    case judged(SlotID, FrontendLogin.Judgement)
    /// The keys are derived that a frontend's proof is checked by.
    case keysReady(SlotID)
    /// The keys are derived that a backend's login needs.
    case backendKeysReady(SlotID)
    case count(@Sendable (ProxyStatistics) -> Void)
    case report(ProxyReport.Parts, @Sendable (ProxyReport) -> Void)
    /// Some of the connections, from a place in the shard's table on; the reply says where the rest begins.
    case frontends(from: Int, @Sendable (ReportSlice<FrontendReport>) -> Void)
    case backends(from: Int, @Sendable (ReportSlice<BackendReport>) -> Void)
    case perform(ProxyOperation, @Sendable (Int) -> Void)
    case countBackends(String?, stale: Bool, @Sendable (Int) -> Void)
    /// Another shard needs a backend of this pool, and the limit of its database or user is reached.
    case makeRoom(PoolKey)
    case stop(ProxyStopMode, Receipt)
}

/// Tells a task that every shard has done something.
final class Receipt: Sendable {
    private let missing: Atomic<Int>
    private let latch = Latch()

    init(from shards: Int) { missing = Atomic(shards) }

    func sign() {
        if missing.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { latch.open() }
    }

    func waitUntilComplete() async { await latch.wait() }
}

extension HostName {
    /// Where a node listens.
    init(_ node: Node) { self.init(host: node.host, port: node.port) }
}
