package import PostgresWire

/// What the administrator's part of the daemon says to a statement.
package enum AdminReply: Hashable, Sendable {
    case table(columns: [ResultColumn], rows: [[String?]])
    /// A command was carried out; `tag` is its name.
    case done(tag: String, notices: [String] = [])
    /// There was nothing in the text.
    case nothing
    case failed(ErrorMessage)

    /// A table whose columns are all texts.
    package static func texts(columns: [String], rows: [[String?]]) -> AdminReply { .table(columns: columns.map { ResultColumn($0) }, rows: rows) }

    /// An error with nothing but its sentence.
    package static func failed(_ state: SQLState, _ message: String) -> AdminReply { .failed(ErrorMessage(.error, state, message)) }

    /// As the simple protocol has it; everything but the ReadyForQuery.
    package var bytes: [UInt8] {
        var writer = MessageWriter()
        switch self {
        case .table(let columns, let rows):
            writer.rowDescription(columns)
            for row in rows { writer.dataRow(row, of: columns) }
            writer.commandComplete("SHOW")
        case .done(let tag, let notices):
            for notice in notices { writer.notice(notice) }
            writer.commandComplete(tag)
        case .nothing: writer.bare(.emptyQuery)
        case .failed(let error): error.write(to: &writer)
        }
        return writer.bytes
    }
}

/// What a statement will answer with, known without running it.
package enum AdminShape: Hashable, Sendable {
    case table([ResultColumn])
    case noRows
    case failed(ErrorMessage)
}
