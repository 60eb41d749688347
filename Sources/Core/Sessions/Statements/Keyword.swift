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
    case atomic, distinct, all, `true`, isolation, deferrable
    // Names.
    case pgCatalog = "pg_catalog", pgSettings = "pg_settings", setConfig = "set_config", pgpool
    // Words that a table, column list, alias or definition follows.
    case `as`, exists, recursive, function, procedure, aggregate, routine, references, on, only, type, view, index

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
