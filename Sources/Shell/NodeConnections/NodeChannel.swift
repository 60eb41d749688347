package import Reactor

/// Statements to one node as one role: keeps connections between requests, opens one where none is free.
package actor NodeChannel {
    /// Connections kept between requests.
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

    /// Runs one statement that changes something: never sent twice.
    package func execute(_ text: String, _ parameters: [String?] = [], timeout: Duration) async throws(NodeFailure) -> Rows {
        // A kept connection may be dead without our knowing; what it swallowed would be in doubt.
        let connection = try await open()
        return try await run(connection, text, parameters, timeout)
    }

    /// Runs one statement that only reads; asked again on a new connection when the kept one was dead.
    package func read(_ text: String, _ parameters: [String?] = [], timeout: Duration) async throws(NodeFailure) -> Rows {
        while let connection = idle.popLast() {
            do { return try await run(connection, text, parameters, timeout) } catch {
                guard case .lost = error else { throw error }
            }
        }
        return try await run(try await open(), text, parameters, timeout)
    }

    /// Closes what is kept; the next request connects afresh.
    package func disconnect() { idle = [] }

    private func open() async throws(NodeFailure) -> NodeConnection {
        try await NodeConnection.connect(target, waiter: waiter, resolver: resolver)
    }

    private func run(_ connection: NodeConnection, _ text: String, _ parameters: [String?], _ timeout: Duration) async throws(NodeFailure) -> Rows {
        do {
            let rows = try await connection.query(text, parameters, timeout: timeout)
            keep(connection)
            return rows
        } catch {
            if case .sql(let state, _) = error, !state.hasPrefix("57P") { keep(connection) }
            throw error
        }
    }

    private func keep(_ connection: NodeConnection) {
        if idle.count < Self.kept { idle.append(connection) }
    }
}
