internal import GRDB

/// One run of an event's hooks, from its first handler to its outcome. What `record` and the effects' bytes mean is not known here.
package struct HookRunRow: Hashable, Sendable {
    /// Rises by one a run; 0 before it is stored.
    package var number: Int
    package var event: String
    package var name: String
    package var epoch: UInt64
    package var attempt: Int
    /// Seconds since 1970.
    package var began: Double
    /// `running`, `undoing` or `ended`.
    package var phase: String
    package var ended: Double?
    package var outcome: String?
    package var message: String?
    package var record: [UInt8]

    package init(number: Int = 0, event: String, name: String, epoch: UInt64, attempt: Int, began: Double, phase: String, record: [UInt8]) {
        self.number = number
        self.event = event
        self.name = name
        self.epoch = epoch
        self.attempt = attempt
        self.began = began
        self.phase = phase
        self.record = record
    }
}

/// One host call of a run.
package struct HookEffectRow: Hashable, Sendable {
    /// 1 for the first of the run.
    package var sequence: Int
    package var call: [UInt8]
    /// Seconds since 1970; nil while it is under way, or when the daemon ended meanwhile.
    package var ended: Double?
    package var result: [UInt8]?
}

extension StateStore {
    /// Runs of one event name that are kept: a busy timer pushes no failover out. The oldest go first, with their effects.
    package static let hookRunLimit = 1_000

    /// Stores a run and returns its number; durable on return.
    package func beginHookRun(_ run: HookRunRow) async throws(StorageFailure) -> Int {
        try await write { connection in
            try connection.execute(
                sql: "INSERT INTO hook_run (event, name, epoch, attempt, began, phase, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
                arguments: [run.event, run.name, Int64(bitPattern: run.epoch), run.attempt, run.began, run.phase, DatabaseBytes(run.record)])
            let number = Int(connection.lastInsertedRowID)
            try connection.execute(
                sql: "DELETE FROM hook_run WHERE name = ? AND number <= (SELECT number FROM hook_run WHERE name = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
                arguments: [run.name, run.name, StateStore.hookRunLimit])
            return number
        }
    }

    /// The run is in another phase; durable on return.
    package func setHookRun(_ number: Int, phase: String) async throws(StorageFailure) {
        try await write { try $0.execute(sql: "UPDATE hook_run SET phase = ? WHERE number = ?", arguments: [phase, number]) }
    }

    /// The run is over; durable on return.
    package func endHookRun(_ number: Int, at: Double, outcome: String, message: String?) async throws(StorageFailure) {
        try await write {
            try $0.execute(sql: "UPDATE hook_run SET phase = 'ended', ended = ?, outcome = ?, message = ? WHERE number = ?", arguments: [at, outcome, message, number])
        }
    }

    /// A call begins.
    package func beginHookEffect(_ run: Int, _ sequence: Int, call: [UInt8]) async throws(StorageFailure) {
        try await writeLazily {
            try $0.execute(sql: "INSERT INTO hook_effect (run, sequence, call) VALUES (?, ?, ?)", arguments: [run, sequence, DatabaseBytes(call)])
        }
    }

    /// A call has ended.
    package func endHookEffect(_ run: Int, _ sequence: Int, at: Double, result: [UInt8]) async throws(StorageFailure) {
        try await writeLazily {
            try $0.execute(sql: "UPDATE hook_effect SET ended = ?, result = ? WHERE run = ? AND sequence = ?", arguments: [at, DatabaseBytes(result), run, sequence])
        }
    }

    /// The runs of an event, oldest first.
    package func hookRuns(of event: String) async throws(StorageFailure) -> [HookRunRow] {
        try await runs("WHERE event = ? ORDER BY number", [event])
    }

    /// The runs of an event and of those whose ids begin with its own, oldest first.
    package func hookRuns(within event: String) async throws(StorageFailure) -> [HookRunRow] {
        try await runs("WHERE event = ? OR substr(event, 1, ?) = ? ORDER BY number", [event, event.utf8.count + 1, event + "-"])
    }

    /// The newest runs, oldest first.
    package func latestHookRuns(_ limit: Int) async throws(StorageFailure) -> [HookRunRow] {
        try await runs("WHERE number IN (SELECT number FROM hook_run ORDER BY number DESC LIMIT ?) ORDER BY number", [limit])
    }

    /// The newest runs of each event's name that are over, oldest first.
    package func latestHookRuns(ofEach limit: Int) async throws(StorageFailure) -> [HookRunRow] {
        let places = "SELECT number, row_number() OVER (PARTITION BY name ORDER BY number DESC) AS place FROM hook_run WHERE phase = 'ended'"
        return try await runs("WHERE number IN (SELECT number FROM (\(places)) WHERE place <= ?) ORDER BY number", [limit])
    }

    /// Runs that were begun and did not end: the daemon ended first, or they run now.
    package func unfinishedHookRuns() async throws(StorageFailure) -> [HookRunRow] { try await runs("WHERE phase <> 'ended' ORDER BY number", []) }

    /// The calls of a run after the one numbered `sequence`, in order.
    package func hookEffects(of run: Int, after sequence: Int = 0) async throws(StorageFailure) -> [HookEffectRow] {
        try await read { connection in
            try Row.fetchAll(connection, sql: "SELECT * FROM hook_effect WHERE run = ? AND sequence > ? ORDER BY sequence", arguments: [run, sequence]).map { row in
                HookEffectRow(sequence: row["sequence"], call: (row["call"] as DatabaseBytes).bytes, ended: row["ended"], result: (row["result"] as DatabaseBytes?)?.bytes)
            }
        }
    }

    private func runs(_ condition: String, _ arguments: StatementArguments) async throws(StorageFailure) -> [HookRunRow] {
        try await read { connection in
            try Row.fetchAll(connection, sql: "SELECT * FROM hook_run " + condition, arguments: arguments).map { row in
                var run = HookRunRow(number: row["number"], event: row["event"], name: row["name"], epoch: UInt64(bitPattern: row["epoch"] as Int64),
                                     attempt: row["attempt"], began: row["began"], phase: row["phase"], record: (row["record"] as DatabaseBytes).bytes)
                run.ended = row["ended"]
                run.outcome = row["outcome"]
                run.message = row["message"]
                return run
            }
        }
    }

    /// Forgets a finished step, which was undone; durable on return.
    package func forgetStep(event: String, name: String) async throws(StorageFailure) {
        try await write { try $0.execute(sql: "DELETE FROM step WHERE event = ? AND name = ?", arguments: [event, name]) }
    }
}
