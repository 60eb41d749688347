/// Rows for people and programs: what every view answers with.
package struct Table: Hashable, Sendable, Codable {
    package let columns: [String]
    /// Each as long as `columns`; nil is SQL's NULL.
    package let rows: [[String?]]

    package init(columns: [String], rows: [[String?]]) {
        precondition(rows.allSatisfy { $0.count == columns.count }, "every row of a table has its columns")
        self.columns = columns
        self.rows = rows
    }

    /// Aligned columns under their names, ending in a newline.
    package var text: String {
        let cells = [columns] + rows.map { $0.map { ($0 ?? "").onOneLine } }
        let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
        var lines = cells.map { row in
            zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ").trimmingTrailingSpaces
        }
        lines.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
        return lines.joined(separator: "\n") + "\n"
    }
}

extension String {
    /// As a cell of a table or in a line of a list: what would begin another line is shown.
    var onOneLine: String { replacing("\n", with: "\\n").replacing("\r", with: "\\r") }

    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
