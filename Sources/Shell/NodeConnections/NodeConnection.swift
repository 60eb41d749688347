internal import CPostgres
internal import Glibc
package import Reactor

/// One control connection to a node, over libpq's asynchronous API: nothing here blocks.
///
/// One request at a time; closed when released.
/// Source: PostgreSQL manual, "Asynchronous Command Processing".
package actor NodeConnection {
    private let handle: PostgresHandle
    private let waiter: DescriptorWaiter

    private init(_ handle: PostgresHandle, _ waiter: DescriptorWaiter) {
        self.handle = handle
        self.waiter = waiter
    }

    /// Connects and logs in, within the target's `connectTimeout`.
    package static func connect(_ target: ConnectionTarget, waiter: DescriptorWaiter, resolver: HostResolver) async throws(NodeFailure) -> NodeConnection {
        let handle = try await Login(target: target, waiter: waiter).perform(resolver: resolver, until: .now() + target.connectTimeout)
        return NodeConnection(handle, waiter)
    }

    /// Whether the connection can take another request as if it were new: idle, in no transaction, not known to be broken.
    package var isReusable: Bool { handle.isReusable }

    /// Whether the server asked for the password at the login: only then it was checked.
    package var usedPassword: Bool { handle.usedPassword }

    /// Runs one statement. `isReusable` tells what a failure left of the connection.
    package func query(_ text: String, _ parameters: [String?] = [], timeout: Duration) async throws(NodeFailure) -> Rows {
        guard ([text] + parameters.compactMap(\.self)).allSatisfy({ !$0.utf8.contains(0) }) else {
            throw .sql(sqlState: "22021", message: "PostgreSQL text cannot hold the character NUL, and a parameter or the statement does", isFatal: false)
        }
        let deadline = Monotonic.now() + timeout
        let copies = parameters.map { $0.map { strdup($0) } }
        defer { for copy in copies { free(copy ?? nil) } }
        let values = copies.map { $0.flatMap { UnsafePointer<CChar>($0) } }
        guard PQsendQueryParams(handle.pointer, text, Int32(values.count), nil, values, nil, nil, 0) == 1 else { throw .lost(handle.words) }
        // Row by row, so that a result can be refused before libpq holds all of it.
        PQsetSingleRowMode(handle.pointer)
        return try await gather(until: deadline, timeout)
    }

    private func gather(until deadline: Monotonic, _ timeout: Duration) async throws(NodeFailure) -> Rows {
        var rows = Rows(), failure: NodeFailure?, isAnswered = false
        while true {
            try await receive(until: deadline, timeout)
            guard let result = PQgetResult(handle.pointer) else { break }
            defer { PQclear(result) }
            isAnswered = true
            switch PQresultStatus(result) {
            case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY:
                guard rows.add(result) else { throw Self.tooLarge }
            case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH: throw Self.noCopy
            default:
                let error = Self.failure(result, handle.words)
                // The server closes after a FATAL error: waiting for more would only replace it by "closed unexpectedly".
                if case .sql(_, _, isFatal: true) = error { throw error }
                failure = error
            }
        }
        if let failure { throw failure }
        guard isAnswered else { throw .lost("the server sent no result") }
        return rows
    }

    /// Sends what waits and reads until `PQgetResult` will not block.
    private func receive(until deadline: Monotonic, _ timeout: Duration) async throws(NodeFailure) {
        while true {
            let unsent = PQflush(handle.pointer)
            guard unsent >= 0 else { throw .lost(handle.words) }
            if unsent == 0 && PQisBusy(handle.pointer) == 0 { return }
            let interest: Interest = unsent > 0 ? [.readable, .writable] : .readable
            guard await waiter.wait(for: handle.descriptor, interest, until: deadline) == .ready else {
                throw Task.isCancelled ? .cancelled : .timedOut("no result within \(timeout)")
            }
            guard PQconsumeInput(handle.pointer) == 1 else { throw .lost(handle.words) }
        }
    }

    private static let tooLarge = NodeFailure.sql(
        sqlState: "54000", message: "the result is larger than \(Rows.mostBytes >> 20) MB, the most a control statement may return", isFatal: false)
    private static let noCopy = NodeFailure.sql(sqlState: "0A000", message: "COPY is not possible on a control connection", isFatal: false)

    private static func failure(_ result: OpaquePointer, _ words: String) -> NodeFailure {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        // Without a SQLSTATE the words are libpq's own: the connection broke.
        guard let state = field("C") else { return .lost(words) }
        // The severity that is never translated; 9.6 has none.
        let isFatal = ["FATAL", "PANIC"].contains(field("V") ?? "")
        return .sql(sqlState: state, message: field("M") ?? words, isFatal: isFatal)
    }
}
