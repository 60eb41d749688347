internal import GRDB

/// One generation of hooks: a set of files that was put in force together.
package struct StoredGeneration: Hashable, Sendable {
    /// Rises by one a generation, and is never used again.
    package var number: Int
    /// When it was made, in seconds since 1970.
    package var at: Double
    /// Of all its files.
    package var digest: String
    /// Who asked for it.
    package var author: String
    /// Why it must not be used any more; nil while it is good.
    package var fault: String?
    package var isActive: Bool

    /// One of its files; equal digests are equal files, stored once.
    package struct File: Hashable, Sendable {
        package var text: String
        package var isRestricted: Bool
        package var digest: String

        package init(text: String, isRestricted: Bool, digest: String) {
            self.text = text
            self.isRestricted = isRestricted
            self.digest = digest
        }
    }
}

extension StateStore {
    /// How many generations are kept, besides the one in force; the oldest go first.
    package static let generationLimit = 10
    /// How many events' generations are remembered.
    private static let eventLimit = 10_000

    /// The newest first.
    package func generations() async throws(StorageFailure) -> [StoredGeneration] {
        try await read { connection in
            try Row.fetchAll(connection, sql: "SELECT * FROM hook_generation ORDER BY number DESC").map { row in
                StoredGeneration(number: row["number"], at: row["at"], digest: row["digest"], author: row["author"], fault: row["fault"], isActive: row["is_active"])
            }
        }
    }

    /// The files of a generation, by path.
    package func generationFiles(_ number: Int) async throws(StorageFailure) -> [String: StoredGeneration.File] {
        try await read { connection in
            let sql = "SELECT path, hook_file.* FROM hook_generation_file JOIN hook_file USING (digest) WHERE generation = ?"
            return Dictionary(uniqueKeysWithValues: try Row.fetchAll(connection, sql: sql, arguments: [number]).map { row in
                (row["path"], StoredGeneration.File(text: row["text"], isRestricted: row["is_restricted"], digest: row["digest"]))
            })
        }
    }

    /// Stores a generation and puts it in force; returns its number. Durable on return.
    package func addGeneration(_ files: [String: StoredGeneration.File], digest: String, author: String, at: Double) async throws(StorageFailure) -> Int {
        try await write { connection in
            try connection.execute(sql: "UPDATE hook_generation SET is_active = 0")
            try connection.execute(sql: "INSERT INTO hook_generation (at, digest, author, is_active) VALUES (?, ?, ?, 1)", arguments: [at, digest, author])
            let number = Int(connection.lastInsertedRowID)
            for (path, file) in files {
                try connection.execute(sql: "INSERT OR IGNORE INTO hook_file VALUES (?, ?, ?)", arguments: [file.digest, file.text, file.isRestricted])
                try connection.execute(sql: "INSERT INTO hook_generation_file VALUES (?, ?, ?)", arguments: [number, path, file.digest])
            }
            try connection.execute(sql: "DELETE FROM hook_generation WHERE number <= ? AND NOT is_active", arguments: [number - Self.generationLimit])
            try connection.execute(sql: "DELETE FROM hook_generation_file WHERE generation NOT IN (SELECT number FROM hook_generation)")
            try connection.execute(sql: "DELETE FROM hook_file WHERE digest NOT IN (SELECT digest FROM hook_generation_file)")
            return number
        }
    }

    /// Puts a stored generation in force.
    package func activateGeneration(_ number: Int) async throws(StorageFailure) {
        try await write { try $0.execute(sql: "UPDATE hook_generation SET is_active = (number = ?)", arguments: [number]) }
    }

    /// Remembers why a generation is bad; the first reason stands.
    package func markGeneration(_ number: Int, fault: String) async throws(StorageFailure) {
        try await write { try $0.execute(sql: "UPDATE hook_generation SET fault = coalesce(fault, ?) WHERE number = ?", arguments: [fault, number]) }
    }

    /// The generation that an event began with: what was recorded first, which is `current` for a new event.
    package func generation(ofEvent event: String, current: Int) async throws(StorageFailure) -> Int {
        try await write { connection in
            try connection.execute(sql: "INSERT OR IGNORE INTO hook_event (event, generation) VALUES (?, ?)", arguments: [event, current])
            try connection.execute(sql: "DELETE FROM hook_event WHERE number <= (SELECT max(number) FROM hook_event) - ?", arguments: [Self.eventLimit])
            return try Int.fetchOne(connection, sql: "SELECT generation FROM hook_event WHERE event = ?", arguments: [event]) ?? current
        }
    }
}

/// How far readers of the event journal have come.
extension StateStore {
    /// nil for a reader that never was.
    package func bookmark(_ name: String) async throws(StorageFailure) -> Int? {
        try await read { try Int.fetchOne($0, sql: "SELECT position FROM bookmark WHERE name = ?", arguments: [name]) }
    }

    /// Durable on return.
    package func setBookmark(_ name: String, _ position: Int) async throws(StorageFailure) {
        try await write { try $0.execute(sql: "INSERT OR REPLACE INTO bookmark VALUES (?, ?)", arguments: [name, position]) }
    }
}
