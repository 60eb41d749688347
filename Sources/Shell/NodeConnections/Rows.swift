internal import CPostgres

/// A statement's result, in PostgreSQL's text form.
package struct Rows: Hashable, Sendable {
    /// A column as the server describes it.
    package struct Column: Hashable, Sendable {
        package let name: String
        /// The type's OID.
        package let type: UInt32
    }

    package private(set) var columns: [Column] = []
    /// Each as long as `columns`; nil is NULL.
    package private(set) var values: [[String?]] = []
    /// For instance `INSERT 0 1`.
    package private(set) var commandTag = ""

    /// A control statement asks for little; a larger result would be a mistake that costs the daemon its memory.
    static let mostBytes = 8 << 20
    private var bytes = 0

    /// The value of the first row's column of this name; nil for NULL, no such column, or no row.
    package subscript(name: String) -> String? { values.isEmpty ? nil : self[0, name] }

    package subscript(row: Int, name: String) -> String? {
        columns.firstIndex { $0.name == name }.flatMap { values[row][$0] }
    }

    /// Adds what one `PGresult` holds. False when the rows grew over `mostBytes`.
    mutating func add(_ result: OpaquePointer) -> Bool {
        let width = PQnfields(result)
        if columns.isEmpty { columns = (0..<width).map { Column(name: String(cString: PQfname(result, $0)), type: PQftype(result, $0)) } }
        for row in 0..<PQntuples(result) {
            values.append((0..<width).map { PQgetisnull(result, row, $0) == 1 ? nil : String(cString: PQgetvalue(result, row, $0)) })
            bytes += (0..<width).reduce(0) { $0 + Int(PQgetlength(result, row, $1)) + MemoryLayout<String?>.stride }
        }
        commandTag = String(cString: PQcmdStatus(result))
        return bytes <= Self.mostBytes
    }
}
