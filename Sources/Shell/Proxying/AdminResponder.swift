package import PostgresWire
package import Sessions

/// Who answers `SHOW pool_nodes` and its like, on any session and also while there is no primary.
package protocol AdminResponder: Sendable {
    /// Called on a loop: must return at once. `reply` may be called later, from anywhere, once.
    func answer(_ statement: AdminStatement, user: String, database: String, reply: @escaping @Sendable (AdminReply) -> Void)
}

/// A table of texts, or an error.
package enum AdminReply: Hashable, Sendable {
    case table(columns: [String], rows: [[String?]])
    case failed(SQLState, String)

    /// Everything but the ReadyForQuery.
    var bytes: [UInt8] {
        var writer = MessageWriter()
        switch self {
        case .table(let columns, let rows):
            writer.textColumns(columns)
            for row in rows { writer.textRow(row) }
            writer.commandComplete("SHOW")
        case .failed(let state, let message):
            ErrorMessage(.error, state, message).write(to: &writer)
        }
        return writer.bytes
    }
}
