package import Reactor

/// Statements to one node as one role: keeps connections between requests, opens one where none is free.
package actor NodeChannel {
    /// Connections kept between requests: the prober's, and one for whoever else asks.
    private static let kept = 2

    private let target: ConnectionTarget
    private let waiter: DescriptorWaiter
    private let resolver: HostResolver
    private var idle: [NodeConnection] = []

    package init(_ target: ConnectionTarget, waiter: DescriptorWaiter, resolver: HostResolver) {
        self.target = target
        self.waiter = waiter
        self.resolver = resolver
    }

    /// The role the statements run as.
    package nonisolated var user: String { target.user }

    /// Runs one statement that must not run twice, on a connection of its own: a kept one may be dead without our
    /// knowing, and what it swallowed would be in doubt. What the statement sets ends with it.
    /// `database`: another than the target's.
    package func execute(_ text: String, _ parameters: [String?] = [], database: String? = nil, timeout: Duration) async throws(NodeFailure) -> Rows {
        try await open(database).query(text, parameters, timeout: timeout)
    }

    /// Like `execute`, in a transaction that cannot write and is rolled back. The transaction is what makes it safe: a default
    /// of the session could be set back, by a `DO` that commits too, and does not hold for ALTER SYSTEM.
    package func executeReadOnly(_ text: String, _ parameters: [String?] = [], database: String? = nil, timeout: Duration) async throws(NodeFailure) -> Rows {
        let connection = try await open(database)
        _ = try await connection.query("BEGIN READ ONLY", timeout: timeout)
        return try await connection.query(text, parameters, timeout: timeout)
    }

    /// A connection of its own, for who keeps it.
    package func connect() async throws(NodeFailure) -> NodeConnection { try await open() }

    /// Runs one statement that may run twice and leaves nothing in its session: a read, or an effect that is the same when
    /// repeated. Asked again on a new connection when a kept one turns out to be dead. Ends within `timeout` plus the
    /// target's `connectTimeout`.
    package func ask(_ text: String, _ parameters: [String?] = [], timeout: Duration) async throws(NodeFailure) -> Rows {
        let deadline = Monotonic.now() + timeout + target.connectTimeout
        if let connection = idle.popLast() {
            do { return try await run(connection, text, parameters, timeout) } catch {
                guard Self.saysOnlyThatItIsDead(error) else { throw error }
                // What broke this one broke the others.
                idle = []
            }
        }
        let connection = try await open()
        return try await run(connection, text, parameters, min(timeout, deadline - .now()))
    }

    /// A kept connection that broke, or whose backend was ended, says nothing yet about the server.
    private static func saysOnlyThatItIsDead(_ failure: NodeFailure) -> Bool {
        switch failure {
        case .lost, .sql(_, _, isFatal: true): true
        case .sql, .timedOut, .cancelled, .refused, .unreachable, .rejected, .unable: false
        }
    }

    private func open(_ database: String? = nil) async throws(NodeFailure) -> NodeConnection {
        try await NodeConnection.connect(database.map { target.with(database: $0) } ?? target, waiter: waiter, resolver: resolver)
    }

    private func run(_ connection: NodeConnection, _ text: String, _ parameters: [String?], _ timeout: Duration) async throws(NodeFailure) -> Rows {
        let outcome: Result<Rows, NodeFailure>
        do { outcome = .success(try await connection.query(text, parameters, timeout: timeout)) } catch { outcome = .failure(error) }
        if await connection.isReusable, idle.count < Self.kept { idle.append(connection) }
        return try outcome.get()
    }
}
