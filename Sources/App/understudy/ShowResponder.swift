internal import Administration
internal import Coordination
internal import PostgresWire
internal import Proxying
internal import Sessions
internal import Synchronization

/// Answers SHOW statements that the proxy takes out of a session.
final class ShowResponder: AdminResponder {
    private let coordinator = Mutex<ClusterCoordinator?>(nil)

    /// Where answers come from; until it is known the daemon is starting.
    func answer(from coordinator: ClusterCoordinator) { self.coordinator.withLock { $0 = coordinator } }

    func answer(_ statement: AdminStatement, user: String, database: String, reply: @escaping @Sendable (AdminReply) -> Void) {
        guard let coordinator = coordinator.withLock({ $0 }) else { return reply(.failed(.cannotConnectNow, "the daemon is starting")) }
        Task {
            let snapshot = await coordinator.snapshot()
            switch statement {
            case .show("pool_nodes"):
                let table = PoolNodes.table(snapshot, reader: snapshot.primary)
                reply(.table(columns: table.columns, rows: table.rows))
            case .show(let name):
                reply(.failed(.featureNotSupported, "SHOW \(name) does not exist yet; this version knows SHOW pool_nodes"))
            }
        }
    }
}
