internal import ClusterModel
internal import NodeConnections

/// The one question a probe asks, and how its answer is read. For PostgreSQL 10 and later.
///
/// A row for each server that streams from this one and each of its slots, else one. Arguments have the exact types of
/// `pg_catalog`'s functions, or the function its schema, so that nothing a user created in `public` can be a better match.
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
    ///
    /// Columns that older versions lack are read by way of JSON, where they are simply missing.
    private init(newestFile: String, seal: String) {
        text = """
            SELECT pg_is_in_recovery() AS in_recovery,
                   (SELECT system_identifier FROM pg_control_system()) AS system_identifier,
                   CASE WHEN pg_is_in_recovery()
                        THEN greatest((SELECT timeline_id FROM pg_control_checkpoint()),
                                      (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
                                      coalesce(r.received_tli, \(newestFile)))
                        ELSE ('x'::text || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int
                   END AS timeline,
                   CASE WHEN pg_is_in_recovery()
                        THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                        ELSE pg_current_wal_flush_lsn()
                   END AS wal_end,
                   CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() END AS replayed,
                   CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END AS replay_age,
                   extract(epoch FROM pg_postmaster_start_time()) AS started,
                   current_setting('server_version_num'::text) AS version,
                   current_setting('default_transaction_read_only'::text) AS read_only,
                   current_setting('synchronous_standby_names'::text) AS synchronous,
                   CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END AS replay_paused,
                   \(seal) AS seal,
                   r.status AS receiver, r.slot_name AS receiver_slot,
                   pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->>) 'sender_host'::text AS sender_host,
                   pg_catalog.to_jsonb(r) OPERATOR(pg_catalog.->>) 'sender_port'::text AS sender_port,
                   s.kind, s.name, s.state, s.detail, s.position, s.replay_position, s.replay_lag
            FROM (SELECT 1) AS here
            LEFT JOIN pg_stat_wal_receiver AS r ON true
            LEFT JOIN (SELECT 'stream'::text AS kind, application_name AS name, state, sync_state AS detail, flush_lsn AS position,
                              replay_lsn AS replay_position, extract(epoch FROM replay_lag) AS replay_lag
                       FROM pg_stat_replication
                       UNION ALL
                       SELECT 'slot'::text, slot_name::text, pg_catalog.to_jsonb(l) OPERATOR(pg_catalog.->>) 'wal_status'::text,
                              active::text, restart_lsn, NULL, NULL
                       FROM pg_replication_slots AS l WHERE slot_type = 'physical'::text) AS s ON true
            """
    }

    /// Where the log of a server on `timeline` comes from: one row, NULL when there is no such file. The right to ask is one that pg_rewind
    /// needs too.
    static func history(of timeline: Timeline) -> String {
        let digits = String(timeline.number, radix: 16, uppercase: true)
        let file = String(repeating: "0", count: 8 - digits.count) + digits
        return "SELECT encode(pg_read_binary_file('pg_wal/\(file).history'::text, 0::bigint, 65536::bigint, true), 'escape'::text) AS history"
    }

    /// nil when the server answered something else than was asked.
    static func observation(_ rows: Rows) -> NodeObservation? {
        guard let recovery = rows["in_recovery"], let identifier = rows["system_identifier"].flatMap(Int64.init),
              let timeline = rows["timeline"].flatMap(UInt32.init), let version = rows["version"].flatMap(Int.init),
              let walEnd = position(rows["wal_end"]) else { return nil }
        var seen = NodeObservation(
            role: recovery == "t" ? .standby : .primary, systemIdentifier: SystemIdentifier(UInt64(bitPattern: identifier)),
            timeline: Timeline(timeline), walEnd: walEnd, serverVersion: version, isReplayPaused: rows["replay_paused"] == "t",
            synchronousStandbyNames: rows["synchronous"] ?? "")
        seen.sealedIn = rows["seal"].flatMap { SealedConninfo($0) }?.epoch
        seen.replayed = position(rows["replayed"])
        seen.replayAge = duration(rows["replay_age"])
        seen.isReadOnly = rows["read_only"] == "on"
        if let state = rows["receiver"] {
            seen.receiver = NodeObservation.Receiver(state: state, host: rows["sender_host"] ?? "", port: rows["sender_port"].flatMap(Int.init),
                                                     slot: rows["receiver_slot"] ?? "")
        }
        for row in rows.values.indices {
            switch rows[row, "kind"] {
            case "stream": seen.streams.append(stream(rows, row))
            case "slot": seen.slots.append(slot(rows, row))
            default: break // A server without streams and slots gives one row without either.
            }
        }
        return seen
    }

    private static func stream(_ rows: Rows, _ row: Int) -> NodeObservation.Stream {
        NodeObservation.Stream(applicationName: rows[row, "name"] ?? "", state: rows[row, "state"] ?? "", syncState: rows[row, "detail"] ?? "",
                               flushed: position(rows[row, "position"]) ?? .zero, replayed: position(rows[row, "replay_position"]) ?? .zero,
                               replayLag: duration(rows[row, "replay_lag"]))
    }

    private static func slot(_ rows: Rows, _ row: Int) -> NodeObservation.Slot {
        NodeObservation.Slot(name: rows[row, "name"] ?? "", isActive: rows[row, "detail"] == "true", state: rows[row, "state"] ?? "",
                             restart: position(rows[row, "position"]))
    }

    private static func position(_ text: String?) -> LogSequenceNumber? { text.flatMap { LogSequenceNumber($0) } }

    /// Seconds with a fraction. The clocks of two servers may differ a little: never negative.
    private static func duration(_ seconds: String?) -> Duration? { seconds.flatMap(Double.init).map { .seconds(max($0, 0)) } }
}
