internal import GRDB

/// Everything a member must not forget, in one SQLite file in its state directory: the control log, finished hook
/// steps, and the event journal.
///
/// Opening it takes the directory's lock: there is at most one per directory and machine. Each write is on disk when
/// its call returns (`synchronous = FULL`).
package final class StateStore: Sendable {
    private let lock: DirectoryLock
    let database: DatabasePool

    /// Opens or creates the store. The directory is made (0700) where it is missing; a second process on it, a
    /// directory others can read, and a newer schema are refused.
    package init(directory: String) throws(StorageFailure) {
        lock = try DirectoryLock(directory: directory)
        let path = directory + "/understudy.sqlite"
        do {
            database = try DatabasePool(path: path)
            // GRDB opens its one writing connection with NORMAL, which may lose the last commits in a power failure.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            try Schema.prepare(database)
        } catch let failure as StorageFailure {
            throw failure
        } catch {
            throw StorageFailure.database(path: path, reason: String(describing: error))
        }
    }

    /// Runs one write transaction.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StorageFailure) -> Value {
        do { return try await database.write(body) } catch { throw failure(error) }
    }

    /// Runs one write transaction that the next `write` makes durable: what is only looked at afterwards need not wait for the disk.
    /// It survives the end of this process at once.
    func writeLazily<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StorageFailure) -> Value {
        do {
            return try await database.writeWithoutTransaction { connection in
                try connection.execute(sql: "PRAGMA synchronous = NORMAL")
                let result = Result { try connection.inOneTransaction(body) }
                try connection.execute(sql: "PRAGMA synchronous = FULL")
                return try result.get()
            }
        } catch { throw failure(error) }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StorageFailure) -> Value {
        do { return try await database.read(body) } catch { throw failure(error) }
    }

    private func failure(_ error: any Error) -> StorageFailure { .database(path: database.path, reason: String(describing: error)) }
}

extension Database {
    fileprivate func inOneTransaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var value: Value?
        try inTransaction {
            value = try body(self)
            return .commit
        }
        guard let value else { preconditionFailure("a committed transaction gave no value") }
        return value
    }
}

/// Why state could not be opened, read or written.
package enum StorageFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The directory cannot be used; `reason` says what to change.
    case directory(path: String, reason: String)
    /// Another process holds the directory.
    case inUse(path: String)
    /// The file was written by a newer Understudy.
    case newerSchema(found: Int, known: Int)
    /// SQLite's own words.
    case database(path: String, reason: String)

    package var description: String {
        switch self {
        case .directory(let path, let reason): "state_directory \(path): \(reason)"
        case .inUse(let path): "state_directory \(path) is in use by another understudy: each daemon needs its own"
        case .newerSchema(let found, let known): "the state was written with schema \(found), this understudy knows \(known): install the newer version again"
        case .database(let path, let reason): "\(path): \(reason)"
        }
    }
}
