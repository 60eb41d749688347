internal import CPostgres
internal import Glibc
package import Reactor

/// One control connection to a node, over libpq's asynchronous API: nothing here blocks.
///
/// One request at a time; closed when released.
/// Source: PostgreSQL manual, "Asynchronous Command Processing".
package actor NodeConnection {
    private let handle: Handle
    private let waiter: DescriptorWaiter

    /// The one owner of a `PGconn`.
    private final class Handle: @unchecked Sendable {
        // Used only from the actor that owns it, and from `connect` before that exists.
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { PQfinish(pointer) }

        /// What libpq says about the last failure, on one line.
        var words: String {
            String(cString: PQerrorMessage(pointer)).split(whereSeparator: \.isNewline).first.map(String.init) ?? "no reason given"
        }
    }

    private init(_ handle: Handle, _ waiter: DescriptorWaiter) {
        self.handle = handle
        self.waiter = waiter
    }

    /// Connects and logs in.
    package static func connect(_ target: ConnectionTarget, waiter: DescriptorWaiter, resolver: HostResolver) async throws(NodeFailure) -> NodeConnection {
        let deadline = Monotonic.now() + target.connectTimeout
        let addresses = target.host.hasPrefix("/") ? [] : await resolver.addresses(of: target.host, port: target.port).compactMap(\.numericHost)
        guard target.host.hasPrefix("/") || !addresses.isEmpty else { throw .unreachable("the host name \(target.host) has no address") }
        let handle = try start(target, addresses)
        // Verbose messages carry the SQLSTATE, for which libpq has no other way before the login is through.
        PQsetErrorVerbosity(handle.pointer, PQERRORS_VERBOSE)
        PQsetNoticeProcessor(handle.pointer, { _, _ in }, nil)
        var interest = Interest.writable
        while true {
            guard await waiter.wait(for: PQsocket(handle.pointer), interest, until: deadline) == .ready else {
                throw .timedOut("no login within \(target.connectTimeout)")
            }
            switch PQconnectPoll(handle.pointer) {
            case PGRES_POLLING_OK: return NodeConnection(handle, waiter)
            case PGRES_POLLING_READING: interest = .readable
            case PGRES_POLLING_WRITING: interest = .writable
            default: throw loginFailure(handle.words)
            }
        }
    }

    private static func start(_ target: ConnectionTarget, _ addresses: [String]) throws(NodeFailure) -> Handle {
        // Several addresses are tried in order; `host` beside `hostaddr` is for certificates and password files.
        let hosts = addresses.isEmpty ? target.host : addresses.map { _ in target.host }.joined(separator: ",")
        let parameters = [
            ("host", hosts), ("hostaddr", addresses.joined(separator: ",")), ("port", String(target.port)), ("user", target.user),
            ("password", target.password.text), ("dbname", target.database), ("application_name", "understudy"),
            ("client_encoding", "UTF8"), ("options", "-c statement_timeout=0" + (target.isReadOnly ? " -c default_transaction_read_only=on" : "")),
        ].filter { !$0.1.isEmpty }
        var keywords: [UnsafePointer<CChar>?] = [], values: [UnsafePointer<CChar>?] = []
        var copies: [UnsafeMutablePointer<CChar>?] = []
        defer { for copy in copies { free(copy) } }
        for (keyword, value) in parameters {
            for text in [keyword, value] { copies.append(strdup(text)) }
            keywords.append(copies[copies.count - 2].map { UnsafePointer($0) })
            values.append(copies[copies.count - 1].map { UnsafePointer($0) })
        }
        guard let pointer = PQconnectStartParams(keywords + [nil], values + [nil], 0) else { throw .unreachable("libpq is out of memory") }
        let handle = Handle(pointer)
        guard PQstatus(pointer) != CONNECTION_BAD else { throw loginFailure(handle.words) }
        return handle
    }

    /// Tells an error the server sent (`FATAL:  57P03: …`) from one of the network.
    private static func loginFailure(_ words: String) -> NodeFailure {
        for (index, character) in words.enumerated() where character == ":" {
            let rest = words.dropFirst(index + 1).drop { $0 == " " }
            let state = rest.prefix(5)
            if state.utf8.count == 5, state.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }), rest.dropFirst(5).first == ":" {
                return .rejected(sqlState: String(state), message: String(rest.dropFirst(6).drop { $0 == " " }))
            }
        }
        return .unreachable(words)
    }

    /// Runs one statement. A failure other than `.sql` leaves the connection unusable.
    package func query(_ text: String, _ parameters: [String?] = [], timeout: Duration) async throws(NodeFailure) -> Rows {
        let deadline = Monotonic.now() + timeout
        let copies = parameters.map { $0.map { strdup($0) } }
        defer { for copy in copies { free(copy ?? nil) } }
        let values = copies.map { $0.flatMap { UnsafePointer<CChar>($0) } }
        // A blocking PQsend… would wait for a full socket; a control statement fits its buffer.
        guard PQsendQueryParams(handle.pointer, text, Int32(values.count), nil, values, nil, nil, 0) == 1 else { throw .lost(handle.words) }
        try await readResult(until: deadline, timeout)
        var rows: Result<Rows, NodeFailure> = .failure(.lost("the server sent no result"))
        while let result = PQgetResult(handle.pointer) {
            defer { PQclear(result) }
            if PQresultStatus(result) == PGRES_COPY_IN || PQresultStatus(result) == PGRES_COPY_OUT {
                throw .sql(sqlState: "0A000", message: "COPY is not possible on a control connection")
            }
            rows = Self.rows(result, handle.words)
            if PQisBusy(handle.pointer) == 1 { try await readResult(until: deadline, timeout) }
        }
        return try rows.get()
    }

    /// Reads until `PQgetResult` will not block.
    private func readResult(until deadline: Monotonic, _ timeout: Duration) async throws(NodeFailure) {
        while true {
            let unsent = PQflush(handle.pointer)
            guard unsent >= 0 else { throw .lost(handle.words) }
            if unsent == 0 && PQisBusy(handle.pointer) == 0 { return }
            let interest: Interest = unsent > 0 ? [.readable, .writable] : .readable
            guard await waiter.wait(for: PQsocket(handle.pointer), interest, until: deadline) == .ready else {
                throw .timedOut("no result within \(timeout)")
            }
            guard PQconsumeInput(handle.pointer) == 1 else { throw .lost(handle.words) }
        }
    }

    private static func rows(_ result: OpaquePointer, _ words: String) -> Result<Rows, NodeFailure> {
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            let columns = (0..<PQnfields(result)).map { Rows.Column(name: String(cString: PQfname(result, $0)), type: PQftype(result, $0)) }
            let values = (0..<PQntuples(result)).map { row in
                (0..<PQnfields(result)).map { PQgetisnull(result, row, $0) == 1 ? nil : String(cString: PQgetvalue(result, row, $0)) }
            }
            return .success(Rows(columns: columns, values: values, commandTag: String(cString: PQcmdStatus(result))))
        default:
            guard let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))) else { return .failure(.lost(words)) }
            let message = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) } ?? words
            return .failure(.sql(sqlState: String(cString: state), message: message))
        }
    }
}
