internal import CPostgres
internal import Foundation

/// A blocking libpq client, as an application has: one thread at a time.
package final class SQLClient: @unchecked Sendable {
    // Used by one thread at a time, its owner's; `abandon` touches only the socket.
    private let pointer: OpaquePointer

    /// A statement or login that failed.
    package struct Failure: Error, CustomStringConvertible {
        /// SQLSTATE; nil where the connection itself failed.
        package let sqlState: String?
        package let description: String
        /// Whether the client can go on with this connection.
        package let isConnectionLost: Bool
    }

    /// Logs in; blocks until done or `timeout` seconds passed. The password comes from `passfile`.
    package init(host: String, port: Int, user: String, database: String, passfile: String, timeout: Int = 30, options: [String: String] = [:]) throws {
        let parameters = ["host": host, "port": String(port), "user": user, "dbname": database, "passfile": passfile,
                          "connect_timeout": String(timeout)].merging(options) { $1 }
        let conninfo = parameters.map { "\($0)='\($1.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'" }.joined(separator: " ")
        guard let pointer = PQconnectdb(conninfo) else { throw Failure(sqlState: nil, description: "libpq is out of memory", isConnectionLost: true) }
        self.pointer = pointer
        guard PQstatus(pointer) == CONNECTION_OK else {
            throw Failure(sqlState: nil, description: String(cString: PQerrorMessage(pointer)).trimmingCharacters(in: .whitespacesAndNewlines), isConnectionLost: true)
        }
        PQsetNoticeProcessor(pointer, { _, _ in }, nil)
        // So that a FATAL that ended the connection still shows its SQLSTATE, in the text.
        PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
    }

    deinit { PQfinish(pointer) }

    /// Ends what another thread waits for on this connection; its query fails, and the connection is gone.
    package func abandon() { shutdown(PQsocket(pointer), Int32(SHUT_RDWR)) }

    /// The process id in the cancel key.
    package var backendID: Int { Int(PQbackendPID(pointer)) }

    /// Runs a simple query; blocks. Rows as text, NULL as nil; of several statements the last one's.
    @discardableResult
    package func query(_ text: String) throws -> [[String?]] { try rows(PQexec(pointer, text)) }

    /// Runs one statement with parameters, by the extended protocol; blocks.
    @discardableResult
    package func query(_ text: String, _ parameters: [String]) throws -> [[String?]] {
        let copies = parameters.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let values = copies.map { $0.map { UnsafePointer($0) } }
        return try rows(PQexecParams(pointer, text, Int32(values.count), nil, values, nil, nil, 0))
    }

    private func rows(_ result: OpaquePointer?) throws -> [[String?]] {
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK:
            return (0..<PQntuples(result)).map { row in
                (0..<PQnfields(result)).map { PQgetisnull(result, row, $0) == 1 ? nil : String(cString: PQgetvalue(result, row, $0)) }
            }
        case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: return []
        default:
            let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
            throw Failure(sqlState: state, description: String(cString: PQerrorMessage(pointer)).trimmingCharacters(in: .whitespacesAndNewlines),
                          isConnectionLost: PQstatus(pointer) == CONNECTION_BAD)
        }
    }
}
