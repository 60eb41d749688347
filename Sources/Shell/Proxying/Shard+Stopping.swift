internal import PostgresWire
internal import Reactor
internal import Sessions

/// The end of a shard, which is told how its sessions end and whom to tell when they have.
struct Stopping {
    var mode: ProxyStopMode
    var receipts: [Receipt]
}

extension Shard {
    /// Nobody new is served; who asked is told when the last session is gone. A second word may hurry the end, not delay it.
    func stop(_ mode: ProxyStopMode, _ receipt: Receipt) {
        for listener in listeners {
            reactor.remove(listener.descriptor)
            listener.refuse()
        }
        listeners = []
        let receipts = (stopping?.receipts ?? []) + [receipt]
        stopping = Stopping(mode: max(stopping?.mode ?? mode, mode), receipts: receipts)
        continueStopping()
    }

    /// Whether sessions end by themselves, each when it can.
    var isWindingUp: Bool { stopping.map { $0.mode != .patient } ?? false }

    /// Ends the sessions that may end; when none is left, the loop.
    func continueStopping() {
        guard let stopping else { return }
        switch stopping.mode {
        case .patient: if frontends.all.contains(where: isServed) { return }
        case .smart, .fast: break
        }
        for frontend in frontends.all where frontend.stage != .closing && (stopping.mode != .smart || mayEnd(frontend)) {
            farewell(frontend, ErrorMessage(.fatal, .adminShutdown, "terminating connection because the proxy is shutting down").bytes)
        }
        for backend in backends.all where backend.frontend == nil { close(backend) }
        if frontends.count == 0 && errands.count == 0 || frontends.all.allSatisfy({ $0.stage == .closing && $0.output.isEmpty }) { end(stopping) }
    }

    private func end(_ stopping: Stopping) {
        for frontend in frontends.all { close(frontend) }
        for errand in errands.all { finish(errand) }
        self.stopping = nil
        hasEnded = true
        reactor.stop()
        for receipt in stopping.receipts { receipt.sign() }
    }

    /// A client that is waited for; administrators, who watch it, and who is not logged in yet are not.
    private func isServed(_ frontend: Frontend) -> Bool { frontend.session?.isInService == true && frontend.stage != .closing }

    /// Between two transactions, or with one that no node has heard of: nothing is in doubt, and there may be no primary for a long time.
    private func mayEnd(_ frontend: Frontend) -> Bool {
        guard let session = frontend.session, session.isInService else { return true }
        let isHeld = frontend.stage == .held && frontend.backend == nil
        return isHeld || session.isBetweenTransactions(frontend.backend?.state) && frontend.input.isEmpty
    }
}
