internal import ClusterModel
internal import NodeConnections

/// The one question a probe asks, and how its answer is read. For PostgreSQL 10 and later.
enum ObservationQuery {
    /// The timeline of a standby is the newest of three: its checkpoint's, its recovery's, its receiver's; a primary's is
    /// in the name of the WAL file it writes, because its control file lags until the next checkpoint.
    static let text = """
        SELECT pg_is_in_recovery() AS in_recovery,
               (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
               CASE WHEN pg_is_in_recovery()
                    THEN greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                                  (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                                  (SELECT received_tli FROM pg_stat_wal_receiver))
                    ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
               END AS timeline,
               CASE WHEN pg_is_in_recovery()
                    THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                    ELSE pg_current_wal_lsn()
               END AS wal_end,
               current_setting('server_version_num') AS version,
               current_setting('synchronous_standby_names') AS synchronous,
               CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS replay_paused
        """

    /// Empty on a standby without standbys of its own.
    static let streams = """
        SELECT application_name, state, sync_state, coalesce(replay_lsn, '0/0') AS replayed FROM pg_stat_replication
        """

    /// nil when the server answered something else than was asked.
    static func observation(_ rows: Rows, streams: Rows) -> NodeObservation? {
        guard let recovery = rows["in_recovery"], let identifier = rows["system_identifier"].flatMap(Int64.init),
              let timeline = rows["timeline"].flatMap(UInt32.init), let version = rows["version"].flatMap(Int.init) else { return nil }
        return NodeObservation(
            role: recovery == "t" ? .standby : .primary, systemIdentifier: SystemIdentifier(UInt64(bitPattern: identifier)),
            timeline: Timeline(timeline), walEnd: rows["wal_end"].flatMap { LogSequenceNumber($0) } ?? .zero, serverVersion: version,
            isReplayPaused: rows["replay_paused"] == "t", synchronousStandbyNames: rows["synchronous"] ?? "", streams: streams.values.indices.map { stream(streams, $0) })
    }

    private static func stream(_ rows: Rows, _ row: Int) -> NodeObservation.Stream {
        NodeObservation.Stream(applicationName: rows[row, "application_name"] ?? "", state: rows[row, "state"] ?? "",
                               syncState: rows[row, "sync_state"] ?? "", replayed: rows[row, "replayed"].flatMap { LogSequenceNumber($0) } ?? .zero)
    }
}
