internal import ClusterModel
internal import NodeConnections

/// The one question a probe asks, and how its answer is read. For PostgreSQL 10 and later.
///
/// One row, or one for each server that streams from this one. Arguments have the exact types of `pg_catalog`'s functions,
/// so that nothing a user created in `public` can be a better match.
struct ObservationQuery {
    let text: String

    /// For a role with `pg_monitor`.
    static let full = ObservationQuery(newestFile: """
        (SELECT max(('x'::text || left(name, 8))::bit(32)::int) FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'::text)
        """, seal: """
        substring(current_setting('primary_conninfo'::text, true), '[ ?&]host=[^ ]*understudy-sealed-e[0-9]+.*$'::text)
        """)

    /// For a role that may not list the WAL directory: PostgreSQL checks that right even where the function is not reached.
    static let restricted = ObservationQuery(newestFile: "NULL::int", seal: "NULL::text")

    /// A primary's timeline is in the name of the WAL file it writes; its control file lags until the next checkpoint.
    ///
    /// A standby's is the newest of what its control file and its receiver say. The receiver's word is gone as soon as the
    /// primary is, and the control file knows of a switch only after a restartpoint, minutes later: then the newest WAL file
    /// on disk says it. Files are listed only then, there may be thousands. Of its connection only the seal is read: the rest may be secret.
    private init(newestFile: String, seal: String) {
        text = """
            SELECT pg_is_in_recovery() AS in_recovery,
                   (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
                   CASE WHEN pg_is_in_recovery()
                        THEN greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                                      (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                                      coalesce((SELECT received_tli FROM pg_stat_wal_receiver), \(newestFile)))
                        ELSE ('x'::text || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
                   END AS timeline,
                   CASE WHEN pg_is_in_recovery()
                        THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                        ELSE pg_current_wal_flush_lsn()
                   END AS wal_end,
                   current_setting('server_version_num'::text) AS version,
                   current_setting('synchronous_standby_names'::text) AS synchronous,
                   CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS replay_paused,
                   \(seal) AS seal,
                   s.pid AS stream, s.application_name, s.state, s.sync_state, s.replay_lsn
            FROM (SELECT 1) AS here LEFT JOIN pg_stat_replication AS s ON true
            """
    }

    /// nil when the server answered something else than was asked.
    static func observation(_ rows: Rows) -> NodeObservation? {
        guard let recovery = rows["in_recovery"], let identifier = rows["system_identifier"].flatMap(Int64.init),
              let timeline = rows["timeline"].flatMap(UInt32.init), let version = rows["version"].flatMap(Int.init),
              let walEnd = rows["wal_end"].flatMap({ LogSequenceNumber($0) }) else { return nil }
        return NodeObservation(
            role: recovery == "t" ? .standby : .primary, systemIdentifier: SystemIdentifier(UInt64(bitPattern: identifier)),
            timeline: Timeline(timeline), walEnd: walEnd, serverVersion: version, isReplayPaused: rows["replay_paused"] == "t",
            synchronousStandbyNames: rows["synchronous"] ?? "",
            sealedIn: rows["seal"].flatMap { SealedConninfo($0) }?.epoch,
            streams: rows.values.indices.filter { rows[$0, "stream"] != nil }.map { stream(rows, $0) })
    }

    private static func stream(_ rows: Rows, _ row: Int) -> NodeObservation.Stream {
        NodeObservation.Stream(applicationName: rows[row, "application_name"] ?? "", state: rows[row, "state"] ?? "",
                               syncState: rows[row, "sync_state"] ?? "", replayed: rows[row, "replay_lsn"].flatMap { LogSequenceNumber($0) } ?? .zero)
    }
}
