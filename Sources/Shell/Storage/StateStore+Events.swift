package import ClusterModel
internal import GRDB

/// One line of the event journal.
package struct JournalEvent: Hashable, Sendable {
    /// Rises by one an event; 0 before it is stored.
    package var number: Int
    /// Seconds since 1970, for people only.
    package var at: Double
    package var epoch: Epoch
    /// A word: `node_down`, `failover`, …
    package var kind: String
    package var node: NodeID?
    /// A sentence.
    package var message: String
    /// A JSON object.
    package var details: String

    package init(number: Int = 0, at: Double, epoch: Epoch, kind: String, node: NodeID?, message: String, details: String = "{}") {
        self.number = number
        self.at = at
        self.epoch = epoch
        self.kind = kind
        self.node = node
        self.message = message
        self.details = details
    }
}

extension StateStore {
    /// How many events are kept; the oldest go first.
    package static let journalLimit = 100_000

    /// Stores an event and returns it with its number.
    package func append(_ event: JournalEvent) async throws(StorageFailure) -> JournalEvent {
        try await write { connection in
            try connection.execute(
                sql: "INSERT INTO event (at, epoch, kind, node, message, details) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [event.at, Int64(event.epoch.number), event.kind, event.node?.number, event.message, event.details])
            var stored = event
            stored.number = Int(connection.lastInsertedRowID)
            try connection.execute(sql: "DELETE FROM event WHERE number <= ?", arguments: [stored.number - StateStore.journalLimit])
            return stored
        }
    }

    /// Up to `limit` events after `number`, oldest first.
    package func events(after number: Int, limit: Int) async throws(StorageFailure) -> [JournalEvent] {
        try await fetch("SELECT * FROM event WHERE number > ? ORDER BY number LIMIT ?", [number, limit])
    }

    /// The newest `limit` events, oldest first.
    package func latestEvents(_ limit: Int) async throws(StorageFailure) -> [JournalEvent] {
        try await fetch("SELECT * FROM (SELECT * FROM event ORDER BY number DESC LIMIT ?) ORDER BY number", [limit])
    }

    /// The newest event of a kind; nil where there is none.
    package func latestEvent(ofKind kind: String) async throws(StorageFailure) -> JournalEvent? {
        try await fetch("SELECT * FROM event WHERE kind = ? ORDER BY number DESC LIMIT 1", [kind]).first
    }

    /// The events of a procedure, by the id that their details carry; oldest first.
    package func events(of procedure: String) async throws(StorageFailure) -> [JournalEvent] {
        try await fetch("SELECT * FROM event WHERE json_extract(details, '$.event') = ? ORDER BY number LIMIT 10000", [procedure])
    }

    private func fetch(_ sql: String, _ arguments: StatementArguments) async throws(StorageFailure) -> [JournalEvent] {
        try await read { connection in
            try Row.fetchAll(connection, sql: sql, arguments: arguments).map { row in
                JournalEvent(number: row["number"], at: row["at"], epoch: Epoch(UInt64(row["epoch"] as Int64)), kind: row["kind"],
                             node: (row["node"] as Int?).map(NodeID.init), message: row["message"], details: row["details"])
            }
        }
    }
}
