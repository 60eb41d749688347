internal import Foundation

/// Real clients write through the proxy while a fault is injected, and every acknowledged write is looked for afterwards.
package final class Drill: @unchecked Sendable {
    /// The faults a drill can inject.
    package enum Fault: String, CaseIterable, Sendable {
        /// SIGKILL to the postmaster and all its children.
        case killPrimary = "kill-primary"
        /// `pg_ctl stop -m fast`, as an administrator would.
        case stopPrimary = "stop-primary"
        /// `pg_ctl stop -m immediate`.
        case crashPrimary = "crash-primary"
    }

    /// Between two writes of one client.
    private static let pause: UInt32 = 5000
    /// Seconds of writing before the fault, and after writes came back.
    private static let warmUp = 1.0, afterwards = 1.0
    /// Seconds to wait for writes to come back before the drill counts as failed.
    private static let patience = 30.0

    private let cluster: PlaygroundCluster
    private let fault: Fault
    private let clients: Int
    private let table: String

    // Everything below is guarded by `lock`.
    private let lock = NSLock()
    private var history: DrillHistory
    private var nextID = 0
    private var isOver = false
    private var firstFailure: (any Error)?

    private let start = DispatchTime.now().uptimeNanoseconds

    /// `clients` write; as many more are logged in and idle when the fault strikes.
    package init(cluster: PlaygroundCluster, fault: Fault, clients: Int) throws {
        guard (1...500).contains(clients) else { throw PlaygroundError("--clients takes 1 to 500, got \(clients)") }
        self.cluster = cluster
        self.fault = fault
        self.clients = clients
        table = "drill_\(UInt32.random(in: 0...UInt32.max))"
        history = DrillHistory(began: 0, ended: 0, faultAt: 0, firstServer: 0)
    }

    /// Runs the drill; blocks for some seconds. The daemon's phases are not in the report: they are the caller's to ask for.
    package func run() throws -> DrillReport {
        guard let victim = cluster.primary() else { throw PlaygroundError("no node of the playground is writable: there is nothing to kill") }
        // Who wrote a row is its default, so that the clients' statements are plain inserts.
        let setup = try cluster.connect()
        try setup.query("CREATE TABLE \(table) (id bigint PRIMARY KEY, server int DEFAULT inet_server_port())")
        let idle = try (0..<clients).map { _ in try cluster.connect() }
        for client in idle { try client.query("SELECT 1") }
        let writers = try (0..<clients).map { _ in try cluster.connect() }

        let group = DispatchGroup()
        lock.withLock { history.began = now }
        for writer in writers { inThread(group) { self.write(with: writer) } }
        Thread.sleep(forTimeInterval: Self.warmUp)
        if let failure = lock.withLock({ firstFailure }) {
            lock.withLock { isOver = true }
            group.wait()
            throw failure
        }
        lock.withLock {
            history.firstServer = history.acknowledgements.last?.server ?? 0
            history.faultAt = now
        }
        try inject(victim)
        waitForRecovery()
        lock.withLock {
            isOver = true
            history.ended = now
        }
        let isBlocked = cluster.primary() == nil
        // A statement that waits for a primary may wait for minutes.
        if isBlocked { for client in writers + idle { client.abandon() } }
        group.wait()
        if !isBlocked { for client in idle { check(client) } }
        let stored = try storedIDs()
        return lock.withLock { history.report(stored: stored, hasPrimary: !isBlocked) }
    }

    private func inject(_ victim: Int) throws {
        switch fault {
        case .killPrimary: try cluster.killNode(victim)
        case .stopPrimary: try cluster.stopNode(victim, mode: "fast")
        case .crashPrimary: try cluster.stopNode(victim, mode: "immediate")
        }
    }

    /// Returns a second after writes came back on another server, or when patience is over.
    private func waitForRecovery() {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while Date() < deadline, !lock.withLock({ history.acknowledgements.last.map { $0.server != history.firstServer } ?? false }) { usleep(10_000) }
        Thread.sleep(forTimeInterval: Self.afterwards)
    }

    // MARK: Clients

    private func write(with first: SQLClient) {
        var client: SQLClient? = first
        while !lock.withLock({ isOver }) {
            guard let current = client else {
                client = reconnect()
                continue
            }
            let id = lock.withLock {
                nextID += 1
                return nextID
            }
            do {
                let rows = try current.query("INSERT INTO \(table) (id) VALUES (\(id)) RETURNING server")
                guard let server = rows.first?.first.flatMap({ $0 }).flatMap(Int.init) else { throw PlaygroundError("an insert returned no row") }
                lock.withLock { history.acknowledgements.append(.init(id: id, at: now, server: server)) }
            } catch let failure as SQLClient.Failure {
                lock.withLock { note(failure) }
                if failure.isConnectionLost { client = nil }
            } catch {
                lock.withLock { firstFailure = firstFailure ?? error }
                return
            }
            usleep(Self.pause)
        }
    }

    private func note(_ failure: SQLClient.Failure) {
        if isOver { return }
        if history.faultAt == 0 { firstFailure = firstFailure ?? failure }
        if let state = failure.sqlState { history.errors.append(state) }
        if failure.isConnectionLost { history.lostConnections += 1 }
    }

    /// As an application would: at once, then every 50 ms.
    private func reconnect() -> SQLClient? {
        do { return try cluster.connect(timeout: 2) } catch {
            usleep(50_000)
            return nil
        }
    }

    private func check(_ idle: SQLClient) {
        do { try idle.query("SELECT 1") } catch {
            lock.withLock {
                if let failure = error as? SQLClient.Failure, !failure.isConnectionLost { history.errors.append(failure.sqlState ?? "?") } else { history.lostIdleConnections += 1 }
            }
        }
    }

    private func storedIDs() throws -> Set<Int>? {
        guard let primary = cluster.primary() else { return nil }
        let client = try cluster.connect(toNode: primary, database: PlaygroundCluster.database)
        return Set(try client.query("SELECT id FROM \(table)").compactMap { $0[0].flatMap(Int.init) })
    }

    /// Milliseconds since the drill was made.
    private var now: Double { Double(DispatchTime.now().uptimeNanoseconds - start) / 1_000_000 }

    private func inThread(_ group: DispatchGroup, _ body: @escaping @Sendable () -> Void) {
        group.enter()
        let thread = Thread {
            body()
            group.leave()
        }
        thread.stackSize = 512 * 1024
        thread.start()
    }
}
