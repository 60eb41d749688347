/// A column of a table that the proxy answers with: its name, and the type that drivers read it as.
package struct ResultColumn: Hashable, Sendable {
    /// The types in use; both have one form in text and one in binary.
    package enum Kind: Hashable, Sendable {
        /// `text`
        case text
        /// `bigint`
        case integer

        /// Object id and size in `pg_type`.
        var type: (id: Int32, size: Int16) {
            switch self {
            case .text: (25, -1)
            case .integer: (20, 8)
            }
        }
    }

    package let name: String
    package let kind: Kind

    package init(_ name: String, _ kind: Kind = .text) {
        self.name = name
        self.kind = kind
    }
}

extension MessageWriter {
    /// A RowDescription; the columns at `binary` are announced in binary.
    package mutating func rowDescription(_ columns: [ResultColumn], isBinary: (Int) -> Bool = { _ in false }) {
        message(.rowDescription) { body in
            body.int16(Int16(clamping: columns.count))
            for (index, column) in columns.enumerated() {
                body.string(column.name)
                body.int32(0) // no table
                body.int16(0) // no column of one
                body.int32(column.kind.type.id)
                body.int16(column.kind.type.size)
                body.int32(-1) // no modifier
                body.int16(isBinary(index) ? 1 : 0)
            }
        }
    }

    /// A DataRow of values given as text; nil is NULL. A text that is no number is NULL in a binary integer column.
    package mutating func dataRow(_ values: [String?], of columns: [ResultColumn], isBinary: (Int) -> Bool = { _ in false }) {
        message(.dataRow) { body in
            body.int16(Int16(clamping: values.count))
            for (index, value) in values.enumerated() {
                guard let value else { body.int32(-1); continue }
                guard columns[index].kind == .integer, isBinary(index) else {
                    body.int32(Int32(clamping: value.utf8.count))
                    body.raw(value.utf8)
                    continue
                }
                guard let number = Int64(value) else { body.int32(-1); continue }
                body.int32(8)
                body.int32(Int32(truncatingIfNeeded: number >> 32))
                body.int32(Int32(truncatingIfNeeded: number))
            }
        }
    }
}
