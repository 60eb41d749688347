internal import CPostgres
internal import Glibc

/// The one owner of a `PGconn`: closed when released, which never waits.
///
/// Source: PostgreSQL manual, "Database Connection Control Functions".
final class PostgresHandle: @unchecked Sendable {
    // Used by one task at a time: the login's, later that of the actor that owns the connection.
    let pointer: OpaquePointer

    /// Begins to connect. nil: libpq is out of memory.
    init?(_ target: ConnectionTarget, address: String?) {
        // `host` beside `hostaddr` is for certificates and password files. What is named here is deaf to the environment:
        // GSSAPI would look for tickets and block, and a probe wants every kind of session.
        let parameters = [
            ("host", target.host), ("hostaddr", address ?? ""), ("port", String(target.port)), ("user", target.user),
            ("password", target.password.text), ("dbname", target.database), ("application_name", "understudy"), ("client_encoding", "UTF8"),
            ("options", "-c statement_timeout=0" + (target.searchPath.map { " -c search_path=\($0)" } ?? "")), ("gssencmode", "disable"), ("target_session_attrs", "any"),
            ("sslmode", target.encryption.mode), ("sslrootcert", target.encryption.authorities), ("sslcrl", target.encryption.revocations),
            ("sslcert", target.encryption.certificate), ("sslkey", target.encryption.key),
        ].filter { !$0.1.isEmpty }
        let keywords = parameters.map { strdup($0.0) }, values = parameters.map { strdup($0.1) }
        defer { for copy in keywords + values { free(copy) } }
        let start = PQconnectStartParams(keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
        guard let start else { return nil }
        pointer = start
        // Verbose messages carry the SQLSTATE, for which libpq has no other way before the login is through.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
    }

    deinit { PQfinish(pointer) }

    /// Changes between addresses tried; negative when there is none.
    var descriptor: Int32 { PQsocket(pointer) }

    /// What libpq says about the last failure, on one line.
    var words: String { lines.first ?? "no reason given" }

    private var lines: [String] { String(cString: PQerrorMessage(pointer)).split(whereSeparator: \.isNewline).map(String.init) }

    /// The error with which the server ended a login; nil when it sent none.
    var loginError: (sqlState: String, message: String)? {
        for line in lines { if let found = Self.serverError(in: line) { return found } }
        return nil
    }

    /// Finds `57P03: …` behind a colon and a space, as in `connection to … failed: FATAL:  57P03: the database system is starting up`.
    static func serverError(in line: String) -> (sqlState: String, message: String)? {
        for (index, character) in line.enumerated() where character == ":" {
            let behind = line.dropFirst(index + 1)
            let rest = behind.drop { $0 == " " }
            let state = rest.prefix(5)
            // A digit tells a SQLSTATE from the severity before it: FATAL and PANIC are five capitals too.
            guard behind.first == " ", state.utf8.count == 5, state.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) }),
                  state.contains(where: \.isNumber), rest.dropFirst(5).hasPrefix(": ") else { continue }
            return (String(state), String(rest.dropFirst(7)))
        }
        return nil
    }

    /// Whether the server asked for the password, and so checked it.
    var usedPassword: Bool { PQconnectionUsedPassword(pointer) == 1 }

    /// Whether the session is idle, in no transaction, and not known to be broken.
    var isReusable: Bool { PQstatus(pointer) == CONNECTION_OK && PQtransactionStatus(pointer) == PQTRANS_IDLE }
}
