/// What became of pgpool's parameters that are not declared here, so that a `pgpool.conf` is read without silence.
///
/// Source: pgpool-II's parameter tables, 4.1 to 4.8devel. A name per node ends in `N`.
enum PgpoolNames {
    /// A sentence's end about a name in small letters; nil when pgpool has no such name, or it is one of ours.
    static func fate(of name: String) -> String? {
        let (stem, digits) = SettingsRegistry.split(name)
        if let fate = fate(listed: name) { return fate }
        return digits.isEmpty ? nil : fate(listed: stem + "N")
    }

    /// The same for a name as it stands in the tables.
    private static func fate(listed name: String) -> String? {
        if let today = renamed[name] { return "is called \(today) today, which " + (fate(listed: today) ?? "exists: use that name") }
        if hooks.contains(name) { return "is not used: `understudy hooks import-pgpool` makes a hook that runs it" }
        if let reason = gone[name] { return "no longer applies: \(reason)" }
        return notYet.contains(name) ? "does not exist yet in this version: it has no effect" : nil
    }

    /// Every name of the tables, sorted.
    static var all: [String] { (Array(renamed.keys) + Array(gone.keys) + Array(hooks) + Array(notYet)).sorted() }

    /// Old name to today's, where today's is none of ours yet; those of ours stand in its declaration (`formerly`).
    static let renamed = [
        "black_function_list": "write_function_list",
        "black_memqcache_table_list": "cache_unsafe_memqcache_table_list",
        "black_query_pattern_list": "primary_routing_query_pattern_list",
        "follow_master_command": "follow_primary_command",
        "heartbeat_destinationN": "heartbeat_hostnameN",
        "heartbeat_destination_portN": "heartbeat_portN",
        "logdir": "work_dir",
        "master_slave_mode": "backend_clustering_mode",
        "master_slave_sub_mode": "backend_clustering_mode",
        "other_pgpool_hostnameN": "hostnameN",
        "other_pgpool_portN": "pgpool_portN",
        "other_wd_portN": "wd_portN",
        "print_timestamp": "log_line_prefix",
        "print_user": "log_line_prefix",
        "wd_heartbeat_port": "heartbeat_portN",
        "wd_hostname": "hostnameN",
        "wd_initial_node_showup_time": "wd_no_show_node_removal_timeout",
        "wd_port": "wd_portN",
        "white_function_list": "read_only_function_list",
        "white_memqcache_table_list": "cache_safe_memqcache_table_list",
    ]

    /// Shell commands, in whose place stand hooks.
    static let hooks: Set = ["failback_command", "failover_command", "follow_primary_command", "recovery_1st_stage_command", "recovery_2nd_stage_command",
                              "wd_escalation_command", "wd_de_escalation_command"]

    /// Today's name of a command that pgpool ran; nil for any other name.
    static func command(named name: String) -> String? {
        let today = renamed[name] ?? name
        return hooks.contains(today) ? today : nil
    }

    /// Name to the reason, for what will not come.
    static let gone = [
        "child_max_connections": "there are no child processes to recycle; server_lifetime replaces backends",
        "enable_shared_relcache": "there is no relation cache of this kind",
        "health_check_test": "faults are injected by `understudy drill`",
        "heartbeat_deviceN": "heartbeats use the members' own channel",
        "heartbeat_hostnameN": "heartbeats use the members' own channel",
        "heartbeat_portN": "heartbeats use the members' own channel",
        "ignore_leading_white_space": "leading blanks never matter",
        "insert_lock": "it belongs to a mode that pgpool itself gave up",
        "lobj_lock_table": "it belongs to a mode that pgpool itself gave up",
        "log_destination": "log lines go to standard error, which the service manager keeps",
        "log_directory": "log lines go to standard error, which the service manager keeps",
        "log_file_mode": "log lines go to standard error, which the service manager keeps",
        "log_filename": "log lines go to standard error, which the service manager keeps",
        "log_line_prefix": "log lines have one structured form",
        "log_rotation_age": "log lines go to standard error, which the service manager keeps",
        "log_rotation_size": "log lines go to standard error, which the service manager keeps",
        "log_truncate_on_rotation": "log lines go to standard error, which the service manager keeps",
        "logging_collector": "log lines go to standard error, which the service manager keeps",
        "max_pool": "pools are shared by all sessions; default_pool_size says how many backends one may have, max_db_connections and max_user_connections how many all have",
        "max_spare_children": "there are no child processes to manage",
        "min_spare_children": "there are no child processes to manage",
        "pid_file_name": "the service manager knows the process",
        "process_management_mode": "there are no child processes to manage",
        "process_management_strategy": "there are no child processes to manage",
        "relcache_expire": "there is no relation cache of this kind",
        "relcache_query_target": "there is no relation cache of this kind",
        "relcache_size": "there is no relation cache of this kind",
        "replication_mode": "backend_clustering_mode replaced it",
        "serialize_accept": "one thread accepts and deals connections out",
        "syslog_facility": "log lines go to standard error, which the service manager keeps",
        "syslog_ident": "log lines go to standard error, which the service manager keeps",
        "wd_heartbeat_listen_addresses": "heartbeats use the members' own channel",
        "wd_heartbeat_listen_port": "heartbeats use the members' own channel",
        "wd_ipc_socket_dir": "members need no such socket",
    ]

    /// What may come.
    static let notYet = Set("""
        pcp_listen_addresses pcp_port pcp_socket_dir backend_clustering_mode connection_cache
        load_balance_mode read_only_function_list write_function_list
        primary_routing_query_pattern_list user_redirect_preference_list database_redirect_preference_list
        app_name_redirect_preference_list allow_sql_comments disable_load_balance_on_write dml_adaptive_object_relationship_list
        statement_level_load_balance track_table_mutation_ttl_factor track_table_mutation_max_staleness
        track_table_mutation_cold_start_duration track_table_mutation_table_buckets track_table_mutation_table_size
        check_temp_table check_unlogged_table sr_check_period sr_check_user sr_check_password sr_check_database delay_threshold
        delay_threshold_by_time prefer_lower_delay_standby log_standby_delay replication_delay_source_cmd
        replication_delay_source_timeout failover_on_backend_shutdown
        search_primary_node_timeout detach_false_primary auto_failback auto_failback_interval
        recovery_timeout client_idle_limit_in_recovery replicate_select replication_stop_on_mismatch
        failover_if_affected_tuples_mismatch memory_cache_enabled memqcache_method memqcache_memcached_host
        memqcache_memcached_port memqcache_total_size memqcache_max_num_cache memqcache_expire memqcache_auto_cache_invalidation
        memqcache_maxcache memqcache_cache_block_size memqcache_oiddir cache_safe_memqcache_table_list
        cache_unsafe_memqcache_table_list use_watchdog hostnameN wd_portN pgpool_portN wd_listen_address wd_listen_port
        wd_priority wd_authkey wd_remove_shutdown_nodes wd_lost_node_removal_timeout wd_no_show_node_removal_timeout
        failover_when_quorum_exists failover_require_consensus allow_multiple_failover_requests_from_node
        enable_consensus_with_half_votes delegate_ip if_cmd_path if_up_cmd if_down_cmd arping_path arping_cmd ping_path
        clear_memqcache_on_escalation wd_lifecheck_method wd_interval
        wd_monitoring_interfaces_list trusted_servers trusted_server_command wd_heartbeat_keepalive wd_heartbeat_deadtime
        wd_life_point wd_lifecheck_query wd_lifecheck_dbname wd_lifecheck_user wd_lifecheck_password client_min_messages
        log_error_verbosity log_connections log_disconnections log_pcp_processes log_hostname log_statement log_per_node_statement
        notice_per_node_statement log_client_messages log_backend_messages work_dir
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
