/// What PgBouncer's parameters are called here, for a file that somebody carries over.
///
/// Source: PgBouncer's "pgbouncer.ini", 1.25. What has the same name here is not listed.
enum PgBouncerNames {
    /// A sentence's end about a name in small letters; nil where PgBouncer has no such name.
    static func hint(for name: String) -> String? {
        if let own = counterparts[name] { return "PgBouncer's \(name) is \(own) here" }
        return needless[name].map { "PgBouncer's \(name) has no counterpart: \($0)" }
    }

    /// Every name of the tables, sorted.
    static var all: [String] { (Array(counterparts.keys) + Array(needless.keys)).sorted() }

    static let counterparts = [
        "auth_file": "pool_passwd",
        "auth_hba_file": "pool_hba_conf, with enable_pool_hba = on,",
        "auth_type": "the method of a rule in pool_hba_conf, with enable_pool_hba = on,",
        "client_idle_timeout": "client_idle_limit",
        "client_login_timeout": "authentication_timeout",
        "client_tls_ca_file": "ssl_ca_cert",
        "client_tls_cert_file": "ssl_cert",
        "client_tls_ciphers": "ssl_ciphers",
        "client_tls_dheparams": "ssl_dh_params_file",
        "client_tls_ecdhcurve": "ssl_ecdh_curve",
        "client_tls_key_file": "ssl_key",
        "client_tls_protocols": "ssl_min_protocol_version",
        "client_tls_sslmode": "ssl = on, with hostssl rules in pool_hba_conf,",
        "dns_max_ttl": "dns_refresh",
        "dns_zone_check_period": "dns_refresh",
        "listen_addr": "listen_addresses",
        "listen_backlog": "listen_backlog_multiplier",
        "listen_port": "port",
        "server_connect_timeout": "connect_timeout",
        "server_reset_query": "reset_query_list",
        "server_tls_protocols": "ssl_min_protocol_version",
        "unix_socket_dir": "unix_socket_directories",
        "unix_socket_mode": "unix_socket_permissions",
        "verbose": "log_min_messages",
    ]

    private static let logged = "log lines go to standard error, which the service manager keeps"
    private static let asked = "the node says what it takes, and each session gets its own settings back"

    static let needless = [
        "application_name_add_host": "SHOW CLIENTS says where a client is",
        "auth_ident_file": "a user proves its own name",
        "auth_ldap_options": "LDAP does not exist yet in this version",
        "autodb_idle_timeout": "a database that nobody uses has idle backends at most, which server_idle_timeout closes",
        "disable_pqexec": "several statements in one text keep their backend until all are answered",
        "dns_nxdomain_ttl": "a name that is not found is asked for again every dns_refresh",
        "ignore_startup_parameters": asked,
        "job_name": "the service manager names the service",
        "load_balance_hosts": "where nodes are is said by backend_hostnameN",
        "log_pooler_errors": logged,
        "log_stats": "SHOW STATS has the figures",
        "logfile": logged,
        "max_packet_size": "long messages pass in pieces",
        "peer_id": "a cancel request is known by its key",
        "pidfile": "the service manager knows the process",
        "pkt_buf": "buffers are made as they are needed, up to client_memory_limit",
        "resolv_conf": "names are looked up as everywhere on this machine",
        "sbuf_loopcnt": "each connection has its turn after one read",
        "scram_iterations": "understudy passwd writes verifiers with PostgreSQL's own number",
        "server_check_delay": "a connection that breaks is noticed at once",
        "server_check_query": "a connection that breaks is noticed at once",
        "server_fast_close": "RECONNECT closes each backend as soon as it is free",
        "server_reset_query_always": "a session leaves nothing behind that another would see",
        "server_round_robin": "the backend that was used last is used again, so that what is not needed idles out",
        "service_name": "the service manager names the service",
        "so_reuseport": "one process serves all cores (shards)",
        "suspend_timeout": "there is no SUSPEND",
        "syslog": logged,
        "tcp_socket_buffer": "the kernel sizes buffers",
        "track_extra_parameters": asked,
        "user": "the service manager chooses the user",
    ]
}
