/// Why a node did not do what it was asked. No case carries a secret.
package enum NodeFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// Nothing accepts connections there; libpq's words.
    case unreachable(String)
    /// No answer within the deadline.
    case timedOut(String)
    /// The server answered the login with an error.
    case rejected(sqlState: String, message: String)
    /// The connection broke while it was in use.
    case lost(String)
    /// The statement failed.
    case sql(sqlState: String, message: String)

    /// Follows the node's name in a sentence.
    package var description: String {
        switch self {
        case .unreachable(let words): "cannot be reached: \(words)"
        case .timedOut(let what): "did not answer: \(what)"
        case .rejected(let state, let message): "rejects our login: \(message) (\(state))"
        case .lost(let words): "lost the connection: \(words)"
        case .sql(let state, let message): "failed: \(message) (\(state))"
        }
    }
}

/// A statement's result, in PostgreSQL's text form.
package struct Rows: Hashable, Sendable {
    /// A column's name and type.
    package struct Column: Hashable, Sendable {
        package let name: String
        /// The type's OID.
        package let type: UInt32
    }

    package let columns: [Column]
    /// Each as long as `columns`; nil is NULL.
    package let values: [[String?]]
    /// For instance `INSERT 0 1`.
    package let commandTag: String

    /// The value of the first row's column of this name; nil for NULL, no such column, or no row.
    package subscript(name: String) -> String? { values.isEmpty ? nil : self[0, name] }

    package subscript(row: Int, name: String) -> String? {
        columns.firstIndex { $0.name == name }.flatMap { values[row][$0] }
    }
}
