package import PostgresWire

/// A session with a walsender: base backups, and WAL in both its forms.
///
/// Its commands are another language than SQL, and it streams in both directions until somebody ends it: nothing is read in it, and
/// its backend serves nobody else, before or after.
/// Source: PostgreSQL manual, "Streaming Replication Protocol".
extension FrontendSession {
    /// What the node is asked with in this session's name. A walsender knows no other way to its settings than the startup packet, and
    /// goes by `application_name` for synchronous replication.
    package var startupAtNode: StartupMessage { isReplication ? startup : Self.startup(user: startup.user, database: startup.database) }

    /// Notes what is owed for a message, and has it forwarded.
    func sendToWalsender(_ kind: FrontendMessageKind, _ backend: BackendState) -> Action {
        if backend.pipeline.isFull { return .awaitAnswers }
        if backend.pipeline.isSkipping, kind != .sync { return .swallow }
        switch kind {
        case .query: backend.pipeline.sentQuery(.unknown)
        case .sync: backend.pipeline.sentSync()
        case .copyDone, .copyFail: backend.pipeline.sentCopyEnd()
        case .functionCall: backend.pipeline.sentFunctionCall()
        // A walsender refuses these; what is owed is the error, and ReadyForQuery behind Sync.
        case .parse: backend.pipeline.sentParse(.unnamed, .unknown, isOwn: false)
        case .bind: backend.pipeline.sentBind(.unknown)
        case .describe: backend.pipeline.sentDescribe()
        case .execute: backend.pipeline.sentExecute()
        case .close: backend.pipeline.sentClose(isOwn: false)
        case .flush: backend.pipeline.sentFlush()
        case .copyData, .secret, .terminate: break
        }
        return .forward
    }
}
