internal import Foundation
internal import GRDB

/// The control log: payloads by position, from 1 without gaps. What they mean is not known here.
extension StateStore {
    /// Every payload, in order.
    package func logPayloads() async throws(StorageFailure) -> [[UInt8]] {
        try await read { try DatabaseBytes.fetchAll($0, sql: "SELECT command FROM log ORDER BY position").map(\.bytes) }
    }

    /// Appends a payload and returns its position; durable on return.
    package func appendToLog(_ payload: [UInt8]) async throws(StorageFailure) -> Int {
        try await write { connection in
            try connection.execute(sql: "INSERT INTO log (position, command) SELECT coalesce(max(position), 0) + 1, ? FROM log", arguments: [DatabaseBytes(payload)])
            return Int(connection.lastInsertedRowID)
        }
    }
}

/// Finished hook steps: their results, so that a resumed event does not repeat them.
extension StateStore {
    /// The recorded result of a step of an event; nil when it has not finished.
    package func stepValue(event: String, name: String) async throws(StorageFailure) -> [UInt8]? {
        try await read { try DatabaseBytes.fetchOne($0, sql: "SELECT value FROM step WHERE event = ? AND name = ?", arguments: [event, name])?.bytes }
    }

    /// Records a finished step; durable on return. The first result stands.
    package func recordStep(event: String, name: String, value: [UInt8]) async throws(StorageFailure) {
        try await write { connection in
            try connection.execute(sql: "INSERT OR IGNORE INTO step (event, name, value) VALUES (?, ?, ?)", arguments: [event, name, DatabaseBytes(value)])
        }
    }
}

/// Bytes as a BLOB.
struct DatabaseBytes: DatabaseValueConvertible, Sendable {
    let bytes: [UInt8]
    init(_ bytes: [UInt8]) { self.bytes = bytes }
    var databaseValue: DatabaseValue { Data(bytes).databaseValue }
    static func fromDatabaseValue(_ value: DatabaseValue) -> Self? { Data.fromDatabaseValue(value).map { Self(Array($0)) } }
}
