internal import GRDB

/// Values that hooks keep, by space and key; and locks. Times are seconds since 1970, given by the caller.
extension StateStore {
    /// The value of a key; nil where there is none, or it has expired.
    package func hookValue(_ space: String, _ key: String, now: Double) async throws(StorageFailure) -> [UInt8]? {
        try await read { try Self.current($0, space, key, now) }
    }

    /// The keys that begin with `prefix`, sorted; at most `limit`.
    package func hookKeys(_ space: String, prefix: String, now: Double, limit: Int) async throws(StorageFailure) -> [String] {
        try await read {
            try String.fetchAll($0, sql: "SELECT key FROM hook_value WHERE space = ? AND substr(key, 1, length(?)) = ? AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?",
                                arguments: [space, prefix, prefix, now, limit])
        }
    }

    /// What `change` makes of a key's value; nil forgets it. The answer of `change` is returned; durable on return. False where the
    /// space would hold more than `limit` bytes: then nothing has changed.
    package func changeHookValue<Answer: Sendable>(_ space: String, _ key: String, now: Double, expires: Double?, limit: Int,
                                                   _ change: @escaping @Sendable ([UInt8]?) throws -> HookValueChange<Answer>) async throws(StorageFailure) -> Answer? {
        try await write { connection in
            try connection.execute(sql: "DELETE FROM hook_value WHERE expires <= ?", arguments: [now])
            let result = try change(try Self.current(connection, space, key, now))
            switch result.value {
            case .kept: break
            case .forgotten: try connection.execute(sql: "DELETE FROM hook_value WHERE space = ? AND key = ?", arguments: [space, key])
            case .set(let bytes):
                let others = try Int.fetchOne(connection, sql: "SELECT coalesce(sum(length(key) + length(value)), 0) FROM hook_value WHERE space = ? AND key <> ?",
                                              arguments: [space, key]) ?? 0
                guard others + key.utf8.count + bytes.count <= limit else { return nil }
                try connection.execute(sql: "INSERT OR REPLACE INTO hook_value (space, key, value, expires) VALUES (?, ?, ?, ?)",
                                       arguments: [space, key, DatabaseBytes(bytes), expires])
            }
            return result.answer
        }
    }

    /// Takes the lock `name` until `expires`: its token, one more than its last; nil while somebody else holds it.
    package func takeHookLock(_ name: String, now: Double, expires: Double) async throws(StorageFailure) -> Int? {
        try await write { connection in
            let row = try Row.fetchOne(connection, sql: "SELECT token, expires FROM hook_lock WHERE name = ?", arguments: [name])
            if let row, row["expires"] as Double > now { return nil }
            let token = ((row?["token"] as Int?) ?? 0) + 1
            try connection.execute(sql: "INSERT OR REPLACE INTO hook_lock (name, token, expires) VALUES (?, ?, ?)", arguments: [name, token, expires])
            return token
        }
    }

    /// Lets go of a lock; nothing happens where the token is not the holder's.
    package func releaseHookLock(_ name: String, token: Int) async throws(StorageFailure) {
        try await write { try $0.execute(sql: "UPDATE hook_lock SET expires = 0 WHERE name = ? AND token = ?", arguments: [name, token]) }
    }

    private static func current(_ connection: Database, _ space: String, _ key: String, _ now: Double) throws -> [UInt8]? {
        try DatabaseBytes.fetchOne(connection, sql: "SELECT value FROM hook_value WHERE space = ? AND key = ? AND (expires IS NULL OR expires > ?)",
                                   arguments: [space, key, now])?.bytes
    }
}

/// What is to become of a value, and what the asker is told.
package struct HookValueChange<Answer: Sendable>: Sendable {
    package let value: HookValueFate
    package let answer: Answer

    package init(_ value: HookValueFate, _ answer: Answer) {
        self.value = value
        self.answer = answer
    }
}

/// What becomes of a stored value.
package enum HookValueFate: Sendable { case kept, forgotten, set([UInt8]) }
