/// The words of SQL that decide what a statement does to its session.
enum Keyword: String, CaseIterable {
    // What a statement may begin with, and nothing of the session remains changed by it.
    case select, insert, update, delete, merge, values, table, with, copy, show, explain, analyze, analyse, vacuum, truncate
    case create, alter, drop, comment, grant, revoke, reindex, cluster, refresh, lock, notify, checkpoint, security, reassign
    case fetch, move, savepoint, release, unlisten, discard, deallocate, reset, `import`, close
    // Transactions.
    case begin, start, commit, end, rollback, abort, prepare
    // What may leave something behind.
    case set, listen, load, `do`, call, execute, declare
    // Words inside a statement.
    case local, transaction, constraints, prepared, to, and, no, chain, temp, temporary, global, into, hold, session, or, replace
    case atomic
    // Words that a table, column list, alias or definition follows.
    case `as`, exists, recursive, function, procedure, aggregate, routine, references, on, only, type, view, index

    private static let byHash: [UInt64: Keyword] = Dictionary(uniqueKeysWithValues: allCases.map { (Lexer.hash($0.rawValue.utf8), $0) })

    init?(hash: UInt64) {
        guard let word = Self.byHash[hash] else { return nil }
        self = word
    }

    static let intoHash = Lexer.hash("into".utf8), pgCatalogHash = Lexer.hash("pg_catalog".utf8)
    static let updateHash = Lexer.hash("update".utf8), onHash = Lexer.hash("on".utf8), distinctHash = Lexer.hash("distinct".utf8)
    static let prepareHash = Lexer.hash("prepare".utf8), deallocateHash = Lexer.hash("deallocate".utf8), allHash = Lexer.hash("all".utf8)
    static let pgpoolHash = Lexer.hash("pgpool".utf8)
    static let pgSettingsHash = Lexer.hash("pg_settings".utf8)
    static let setConfigHash = Lexer.hash("set_config".utf8), trueHash = Lexer.hash("true".utf8)

    /// Functions that take a lock which lasts as long as the session.
    static let sessionLocks: Set<UInt64> = Set(["pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared"]
        .map { Lexer.hash($0.utf8) })

    /// Whether a parenthesis behind the name that follows this word cannot be a function's: `INSERT INTO t (a)`,
    /// `AS t(a)`, `IF NOT EXISTS t (`, `CREATE FUNCTION f(`.
    var introducesDefinition: Bool {
        switch self {
        case .into, .table, .exists, .as, .recursive, .with, .function, .procedure, .aggregate, .routine, .references, .copy,
             .analyze, .vacuum, .type, .view, .savepoint, .release:
            true
        default:
            false
        }
    }
}
