internal import PostgresWire
internal import Reactor
internal import Sessions

/// What happens is counted where it happens: an addition or two, no allocation.
extension Shard {
    /// Where a frontend's work is counted; from its login on.
    private func figures(of frontend: Frontend) -> Figures? {
        if let known = frontend.figures { return known }
        guard let startup = frontend.session?.startup else { return nil }
        let fresh = figures.figures(database: startup.database, user: startup.user)
        fresh.traffic.logins &+= 1
        frontend.figures = fresh
        return fresh
    }

    /// The client is let in.
    func noteLogin(_ frontend: Frontend) { _ = figures(of: frontend) }

    /// The frontend gets the backend.
    func noteAssignment(_ backend: Backend, _ frontend: Frontend, _ session: FrontendSession) {
        backend.history.assignments &+= 1
        backend.history.assignedAt = reactor.now
        guard let figures = figures(of: frontend) else { return }
        figures.traffic.assignments &+= 1
        guard frontend.waitingAt != nil else { return }
        noteWaitEnded(frontend)
        // What it takes from now on is the node's.
        frontend.statementAt = reactor.now
        if session.status.isIdle { frontend.transactionAt = reactor.now }
    }

    /// It has waited, whether or not it got what it waited for.
    func noteWaitEnded(_ frontend: Frontend) {
        guard let since = frontend.waitingAt else { return }
        frontend.waitingAt = nil
        frontend.figures?.waited(since: since, reactor.now)
    }

    /// ReadyForQuery: a statement has ended, and perhaps a transaction.
    func noteAnswer(_ backend: Backend, _ state: BackendState, _ frontend: Frontend, _ session: FrontendSession) {
        guard let figures = frontend.figures else { return }
        let now = reactor.now, isOver = session.status.isIdle
        figures.queryEnded(since: frontend.statementAt, now)
        figures.traffic.serverParses &+= state.takeParses()
        frontend.queries &+= 1
        backend.history.queries &+= 1
        if isOver {
            figures.transactionEnded(since: frontend.transactionAt, now)
            frontend.transactions &+= 1
        }
        // The next of a pipeline begins where this one ends.
        guard state.isBusy else { return }
        frontend.statementAt = now
        if isOver { frontend.transactionAt = now }
    }

    /// A Parse or Bind that was taken.
    func note(_ kind: FrontendMessageKind, _ frontend: Frontend) {
        if kind == .parse { frontend.figures?.traffic.clientParses &+= 1 } else if kind == .bind { frontend.figures?.traffic.binds &+= 1 }
    }
}
