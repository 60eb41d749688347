internal import GRDB

/// The tables, by version: `PRAGMA user_version` counts the migrations that were run.
enum Schema {
    /// Each takes the file from its index to the next. Add at the end; a published one never changes.
    private static let migrations = [
        """
        CREATE TABLE log (
            position INTEGER PRIMARY KEY,
            command BLOB NOT NULL
        ) STRICT;
        CREATE TABLE step (
            event TEXT NOT NULL,
            name TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (event, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE event (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at REAL NOT NULL,
            epoch INTEGER NOT NULL,
            kind TEXT NOT NULL,
            node INTEGER,
            message TEXT NOT NULL,
            details TEXT NOT NULL
        ) STRICT;
        """,
        """
        CREATE TABLE hook_file (
            digest TEXT NOT NULL PRIMARY KEY,
            text TEXT NOT NULL,
            is_restricted INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_generation (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at REAL NOT NULL,
            digest TEXT NOT NULL,
            author TEXT NOT NULL,
            fault TEXT,
            is_active INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE hook_generation_file (
            generation INTEGER NOT NULL,
            path TEXT NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (generation, path)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_event (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            event TEXT NOT NULL UNIQUE,
            generation INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE bookmark (
            name TEXT NOT NULL PRIMARY KEY,
            position INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        """
        CREATE TABLE hook_run (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            event TEXT NOT NULL,
            name TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            began REAL NOT NULL,
            phase TEXT NOT NULL,
            ended REAL,
            outcome TEXT,
            message TEXT,
            record BLOB NOT NULL
        ) STRICT;
        CREATE INDEX hook_run_event ON hook_run (event);
        CREATE TABLE hook_effect (
            run INTEGER NOT NULL REFERENCES hook_run ON DELETE CASCADE,
            sequence INTEGER NOT NULL,
            call BLOB NOT NULL,
            ended REAL,
            result BLOB,
            PRIMARY KEY (run, sequence)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_value (
            space TEXT NOT NULL,
            key TEXT NOT NULL,
            value BLOB NOT NULL,
            expires REAL,
            PRIMARY KEY (space, key)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE hook_lock (
            name TEXT NOT NULL PRIMARY KEY,
            token INTEGER NOT NULL,
            expires REAL NOT NULL
        ) STRICT, WITHOUT ROWID;
        """,
        "CREATE INDEX hook_run_name ON hook_run (name, number);",
    ]

    static func prepare(_ database: DatabasePool) throws {
        try database.writeWithoutTransaction { connection in
            let found = try Int.fetchOne(connection, sql: "PRAGMA user_version") ?? 0
            guard found <= migrations.count else { throw StorageFailure.newerSchema(found: found, known: migrations.count) }
            for (index, migration) in migrations.enumerated().dropFirst(found) {
                try connection.inTransaction {
                    try connection.execute(sql: migration)
                    try connection.execute(sql: "PRAGMA user_version = \(index + 1)")
                    return .commit
                }
            }
        }
    }
}
