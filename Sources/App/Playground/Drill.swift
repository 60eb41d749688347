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
    /// Seconds of writing before the fault.
    private static let warmUp = 1.0
    /// Seconds to wait for writes to come back before the drill counts as failed.
    private static let patience = 30.0
    /// Seconds a statement may still take when the drill is over.
    private static let lastAnswer = 5.0
    /// Microseconds between the first statements of the idle clients: some meet the gap, some come after it.
    private static let idleStep: UInt32 = 40_000

    private let cluster: PlaygroundCluster
    private let fault: Fault
    private let clients: Int
    private let table: String
    /// Seconds of writing after writes came back.
    private let afterwards: Double

    // Everything below is guarded by `lock`.
    private let lock = NSLock()
    private var history: DrillHistory
    private var nextID = 0
    private var isOver = false
    private var isHungUp = false
    /// Each client that waits for an answer, by its own number.
    private var inUse: [ObjectIdentifier: SQLClient] = [:]
    private var firstFailure: (any Error)?

    private let start = DispatchTime.now().uptimeNanoseconds

    /// `clients` write; as many more are logged in and idle when the fault strikes.
    package init(cluster: PlaygroundCluster, fault: Fault, clients: Int, afterwards: Double = 1) throws {
        guard (1...500).contains(clients) else { throw PlaygroundError("--clients takes 1 to 500, got \(clients)") }
        self.cluster = cluster
        self.fault = fault
        self.clients = clients
        self.afterwards = afterwards
        table = "drill_\(UInt32.random(in: 0...UInt32.max))"
        history = DrillHistory(began: 0, ended: 0, faultAt: nil, firstServer: "", canRecover: true)
    }

    /// Runs the drill; blocks for some seconds. The daemon's phases are not in the report: they are the caller's to ask for.
    package func run() throws -> DrillReport {
        guard let victim = cluster.primary() else { throw PlaygroundError("no node of the playground is writable: there is nothing to kill") }
        let canRecover = !cluster.nodes(as: "standby").isEmpty
        try makeTable()
        let idle = try (0..<clients).map { _ in try cluster.connect() }
        for client in idle { try client.query("SELECT 1") }
        let writers = try (0..<clients).map { _ in try cluster.connect() }

        let group = DispatchGroup()
        lock.withLock {
            history.began = now
            history.canRecover = canRecover
        }
        for writer in writers { inThread(group) { self.write(with: writer) } }
        for (number, client) in idle.enumerated() { inThread(group) { self.ask(client, number) } }
        Thread.sleep(forTimeInterval: Self.warmUp)
        if let failure = lock.withLock({ firstFailure }) {
            end(group)
            throw failure
        }
        lock.withLock {
            history.firstServer = history.acknowledgements.last?.server ?? ""
            history.faultAt = now
        }
        do { try inject(victim) } catch {
            end(group)
            throw error
        }
        waitForRecovery()
        end(group)
        if let failure = lock.withLock({ firstFailure }) { throw failure }
        let stored = try storedIDs()
        return lock.withLock { history.report(stored: stored) }
    }

    /// Who wrote a row is its default, so that the clients' statements are plain inserts.
    private func makeTable() throws {
        let identity = "current_setting('port') || ' since ' || pg_postmaster_start_time()"
        try cluster.connect().query("CREATE TABLE \(table) (id bigint PRIMARY KEY, server text DEFAULT \(identity))")
    }

    private func inject(_ victim: Int) throws {
        switch fault {
        case .killPrimary: try cluster.killNode(victim)
        case .stopPrimary: try cluster.stopNode(victim, mode: "fast")
        case .crashPrimary: try cluster.stopNode(victim, mode: "immediate")
        }
    }

    /// Returns some time after writes came back on another server, or when patience is over.
    private func waitForRecovery() {
        let deadline = Date(timeIntervalSinceNow: Self.patience)
        while Date() < deadline, !lock.withLock({ history.acknowledgements.last.map { $0.server != history.firstServer } ?? false }) { usleep(10_000) }
        Thread.sleep(forTimeInterval: afterwards)
    }

    /// Lets every client finish its statement; one that has no answer by then is hung up.
    private func end(_ group: DispatchGroup) {
        lock.withLock {
            isOver = true
            history.ended = now
        }
        guard group.wait(timeout: .now() + Self.lastAnswer) == .timedOut else { return }
        let waiting = lock.withLock {
            isHungUp = true
            return Array(inUse.values)
        }
        for client in waiting { client.abandon() }
        group.wait()
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
                let rows = try answer(current, "INSERT INTO \(table) (id) VALUES (\(id)) RETURNING server")
                guard let server = rows.first?.first.flatMap({ $0 }) else { throw PlaygroundError("an insert returned no row") }
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

    /// One statement of a client, which `end` hangs up when it waits too long.
    private func answer(_ client: SQLClient, _ statement: String) throws -> [[String?]] {
        lock.withLock { inUse[ObjectIdentifier(client)] = client }
        defer { _ = lock.withLock { inUse.removeValue(forKey: ObjectIdentifier(client)) } }
        return try client.query(statement)
    }

    private func note(_ failure: SQLClient.Failure, isIdle: Bool = false) {
        if history.faultAt == nil { firstFailure = firstFailure ?? failure }
        if let state = failure.sqlState { history.errors.append(state) }
        guard failure.isConnectionLost else { return }
        if isHungUp { history.unanswered += 1 } else if isIdle { history.lostIdleConnections += 1 } else { history.lostConnections += 1 }
    }

    /// As an application would: at once, then every 50 ms.
    private func reconnect() -> SQLClient? {
        do { return try cluster.connect(timeout: 2) } catch {
            usleep(50_000)
            return nil
        }
    }

    /// A client that is idle at the fault and asks something some time after it.
    private func ask(_ client: SQLClient, _ number: Int) {
        while lock.withLock({ history.faultAt == nil && !isOver }) { usleep(2000) }
        guard lock.withLock({ history.faultAt != nil }) else { return }
        usleep(Self.idleStep * UInt32(number))
        do { _ = try answer(client, "SELECT id FROM \(table) WHERE id = 0") } catch let failure as SQLClient.Failure {
            lock.withLock { note(failure, isIdle: true) }
        } catch { lock.withLock { firstFailure = firstFailure ?? error } }
    }

    /// What the one node that says it is the primary has; nil when none does, or more than one.
    private func storedIDs() throws -> Set<Int>? {
        let primaries = cluster.nodes(as: "primary")
        guard primaries.count == 1 else { return nil }
        let client = try cluster.connect(toNode: primaries[0], database: PlaygroundCluster.database)
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
