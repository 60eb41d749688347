internal import Administration
internal import Coordination
internal import PostgresWire
internal import Proxying
internal import Sessions

/// Answers SHOW statements that the proxy takes out of a session.
struct ShowResponder: AdminResponder {
    let coordinator: CoordinatorReference

    func answer(_ statement: AdminStatement, user: String, database: String, reply: @escaping @Sendable (AdminReply) -> Void) {
        guard let coordinator = coordinator.value else { return reply(.failed(.cannotConnectNow, "the daemon is starting")) }
        switch statement {
        case .show("pool_nodes"):
            // A view must not hold up the loop that asks; one short task a statement, bounded by the sessions.
            Task {
                let snapshot = await coordinator.snapshot()
                let table = PoolNodes.table(snapshot, reader: snapshot.primary)
                reply(.table(columns: table.columns, rows: table.rows))
            }
        case .show(let name):
            reply(.failed(.featureNotSupported, "SHOW \(name) does not exist yet; this version knows SHOW pool_nodes"))
        }
    }
}
