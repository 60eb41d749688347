internal import Foundation

/// What a playground's servers are configured with.
enum ServerFiles {
    static func settings(port: Int, sockets: String, name: String) -> String {
        """

        # Written by `understudy playground up`.
        port = \(port)
        listen_addresses = 'localhost'
        unix_socket_directories = '\(sockets)'
        cluster_name = '\(name)'
        shared_buffers = 32MB
        max_connections = 200
        max_wal_senders = 16
        max_replication_slots = 16
        wal_keep_size = 256MB
        hot_standby = on
        wal_log_hints = on
        max_slot_wal_keep_size = 1GB
        password_encryption = 'scram-sha-256'
        logging_collector = off
        log_line_prefix = '%m [%p] %q%u@%d '

        """
    }

    static func following(conninfo: String, slot: String) -> String {
        """
        primary_conninfo = '\(conninfo.replacing("'", with: "''"))'
        primary_slot_name = '\(slot)'
        recovery_target_timeline = 'latest'
        synchronous_standby_names = ''

        """
    }

    /// Loopback only; each role by the method it is there to show.
    static let hostAccess = """
        # TYPE  DATABASE     USER        ADDRESS        METHOD
        local   all          trusting                   trust
        local   all          legacy                     md5
        local   all          all                        scram-sha-256
        host    all          trusting    127.0.0.1/32   trust
        host    all          trusting    ::1/128        trust
        host    all          legacy      127.0.0.1/32   md5
        host    all          legacy      ::1/128        md5
        host    replication  replicator,understudy  127.0.0.1/32   scram-sha-256
        host    all          all         127.0.0.1/32   scram-sha-256
        host    all          all         ::1/128        scram-sha-256

        """
}

/// The roles of a playground: new passwords each time.
struct Secrets {
    let control = Secrets.make()
    private let monitor = Secrets.make()
    private let replicator = Secrets.make()
    private let app = Secrets.make()
    private let relayed = Secrets.make()
    private let legacy = Secrets.make()

    /// `relayed` is not in `pool_passwd`; `legacy` has an md5 verifier.
    var roles: [String] {
        [
            "CREATE ROLE replicator LOGIN REPLICATION PASSWORD '\(replicator)'",
            "CREATE ROLE \(PlaygroundCluster.monitorUser) LOGIN PASSWORD '\(monitor)' IN ROLE pg_monitor",
            "CREATE ROLE app LOGIN PASSWORD '\(app)'",
            "CREATE ROLE relayed LOGIN PASSWORD '\(relayed)'",
            "CREATE ROLE trusting LOGIN",
            "SET password_encryption = 'md5'",
            "CREATE ROLE legacy LOGIN PASSWORD '\(legacy)'",
            "RESET password_encryption",
        ]
    }

    var passfile: String {
        [("understudy", control), (PlaygroundCluster.monitorUser, monitor), ("replicator", replicator), ("app", app), ("relayed", relayed), ("legacy", legacy)]
            .map { "*:*:*:\($0):\($1)\n" }.joined()
    }

    var poolPasswd: String { "app:TEXT\(app)\nlegacy:TEXT\(legacy)\n" }
    var conf: String { "health_check_password = '\(monitor)'\nrecovery_password = '\(control)'\n" }

    private static func make() -> String {
        let letters = Array("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        var random = SystemRandomNumberGenerator()
        return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
    }
}
