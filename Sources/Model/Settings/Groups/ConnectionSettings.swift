/// Where applications connect, and how many may.
package struct ConnectionSettings: SettingsGroup {
    package let title = "Connections from applications"

    package let listenAddresses = Parameter.list(
        "listen_addresses", default: "localhost", .restart,
        "Host names or addresses to accept TCP connections on; * is all of them, empty is none.")
    package let port = Parameter.integer(
        "port", 1...65_535, default: 9999, .restart, "TCP port for applications; also names the Unix-domain socket.")
    package let unixSocketDirectories = Parameter.list(
        "unix_socket_directories", default: "/tmp", .restart, "Directories in which a Unix-domain socket is made; empty is none.")
        .formerly("socket_dir")
    package let unixSocketGroup = Parameter.string(
        "unix_socket_group", .restart, "Group that owns the Unix-domain sockets; empty is the daemon's own.")
    package let unixSocketPermissions = Parameter.mode(
        "unix_socket_permissions", default: "0777", .restart, "Mode of the Unix-domain sockets.")
    package let listenBacklogMultiplier = Parameter.integer(
        "listen_backlog_multiplier", 1...100, default: 2, .restart,
        "Connections that may wait in the kernel to be accepted, as a multiple of the most that are served.")
    package let maxClientConnections = Parameter.integer(
        "max_client_conn", 1...1_000_000, default: 1000, .restart,
        "Most frontends at a time; a further one is refused with SQLSTATE 53300.")
    package let numInitChildren = Parameter.integer(
        "num_init_children", 0...1_000_000, default: 0, .restart,
        "pgpool's limit of frontends: when it is set and lower than max_client_conn, it holds; 0 leaves it to max_client_conn.")
    package let reservedConnections = Parameter.integer(
        "reserved_connections", 0...1_000_000, default: 0, .restart,
        "Of the most frontends, how many are refused at once with SQLSTATE 53300: as in pgpool, the limit is lower by so many.")
    package let maxDatabaseClients = Parameter.integer(
        "max_db_client_connections", 0...1_000_000, default: 0, .reload,
        "Most frontends of one database; a further one is refused with SQLSTATE 53300. 0 is no limit of its own.")
    package let maxUserClients = Parameter.integer(
        "max_user_client_connections", 0...1_000_000, default: 0, .reload, "The same for one user.")
    package let authenticationTimeout = Parameter.duration(
        "authentication_timeout", .zero ... .seconds(3600), unit: .seconds, default: "60s", .reload,
        "How long a frontend may take to log in, also while writes are held; 0 is for ever.")
    package let queryWaitTimeout = Parameter.duration(
        "query_wait_timeout", .milliseconds(1) ... .seconds(86_400), unit: .seconds, default: "120s", .reload,
        "How long a statement is held while there is no primary, before it fails with SQLSTATE 57P03.")
    package let clientMemoryLimit = Parameter.bytes(
        "client_memory_limit", (1 << 20)...(1 << 44), default: "1GB", .restart,
        "Most memory for all buffers of all frontends and backends; at the limit reading pauses.")
}
