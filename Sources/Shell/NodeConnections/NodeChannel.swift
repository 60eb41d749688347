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

    /// Like `execute`, in a transaction that cannot write and is rolled back, and only for a role that could do nothing else. The
    /// transaction keeps the tables: a default of the session could be set back, by a `DO` that commits too, and does not hold for
    /// ALTER SYSTEM. It stops no function and no program, and a lesser role that was SET could be reset: so the login itself counts.
    package func executeReadOnly(_ text: String, _ parameters: [String?] = [], database: String? = nil, timeout: Duration) async throws(NodeFailure) -> Rows {
        let connection = try await open(database)
        _ = try await connection.query("BEGIN READ ONLY", timeout: timeout)
        if let power = try await connection.query(Self.powerQuery, timeout: timeout)["power"] {
            throw .sql(sqlState: "42501", message: "\(user) is to look only, and \(power): have health_check_user be a role that is a member of pg_monitor and may do no more, "
                + "and recovery_user the one that acts", isFatal: false)
        }
        return try await connection.query(text, parameters, timeout: timeout)
    }

    /// What the role that logged in could do beside looking, by itself or as a role that it can become: functions of the server that
    /// pg_monitor may not call, and what predefined roles are for. NULL when there is nothing.
    private static let powerQuery = #"""
        WITH roles AS (SELECT oid, rolname, rolsuper FROM pg_catalog.pg_roles WHERE pg_catalog.pg_has_role(session_user, oid, 'MEMBER')),
          powers AS (
            SELECT 1 AS place, 'is a superuser' AS power FROM roles WHERE rolsuper
            UNION ALL
            SELECT 2, 'is a member of ' || rolname FROM roles WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files',
              'pg_signal_backend', 'pg_signal_autovacuum_worker', 'pg_checkpoint', 'pg_create_subscription', 'pg_maintain')
            UNION ALL
            SELECT 3, 'may call ' || function.proname FROM pg_catalog.pg_proc AS function
            WHERE function.pronamespace = 'pg_catalog'::pg_catalog.regnamespace AND function.proacl IS NOT NULL
              AND NOT pg_catalog.has_function_privilege('pg_monitor', function.oid, 'EXECUTE')
              AND EXISTS (SELECT FROM roles WHERE pg_catalog.has_function_privilege(roles.oid, function.oid, 'EXECUTE'))
          )
        SELECT (SELECT power FROM powers ORDER BY place, power LIMIT 1) AS power
        """#

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
