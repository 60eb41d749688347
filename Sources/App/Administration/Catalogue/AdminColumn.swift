internal import PostgresWire

/// One column of a view: declared once, with where its value comes from.
struct AdminColumn<Row>: Sendable {
    let column: ResultColumn
    /// One sentence, without its end.
    let meaning: String
    let value: @Sendable (Row) -> String?

    static func text(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> String?) -> Self {
        Self(column: ResultColumn(name), meaning: meaning, value: value)
    }

    static func integer(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Int?) -> Self {
        Self(column: ResultColumn(name, .integer), meaning: meaning) { value($0).map(String.init) }
    }

    static func count(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> UInt64) -> Self {
        Self(column: ResultColumn(name, .integer), meaning: meaning) { String(value($0)) }
    }

    static func flag(_ name: String, _ meaning: String, _ value: @escaping @Sendable (Row) -> Bool) -> Self {
        Self(column: ResultColumn(name, .integer), meaning: meaning) { value($0) ? "1" : "0" }
    }
}
