/// How the nodes are watched. Each may carry a node's number to differ for that node.
package struct HealthSettings: SettingsGroup {
    package let title = "Health checks"

    package let period = Parameter.duration(
        "health_check_period", .zero ... .seconds(86_400), unit: .seconds, default: "1s", .restart, perNode: .optional,
        "Between two probes of a healthy node; 0 probes only when traffic failed. Traffic that fails always probes at once.")
    package let timeout = Parameter.duration(
        "health_check_timeout", .milliseconds(10) ... .seconds(3600), unit: .seconds, default: "1s", .restart, perNode: .optional,
        "How long a probe may take to answer, once connected.")
    package let user = Parameter.string(
        "health_check_user", .restart, perNode: .optional, "Role that probes and hooks that only look log in as; it needs pg_monitor, and hooks look only where it may do no more.")
    package let password = Parameter.secret(
        "health_check_password", .restart, perNode: .optional, "Its password; empty is the one in pool_passwd, or libpq's password file.")
    package let database = Parameter.string(
        "health_check_database", default: "postgres", .restart, perNode: .optional, "Database that probes log in to.")
    package let maxRetries = Parameter.integer(
        "health_check_max_retries", 0...1000, default: 2, .restart, perNode: .optional,
        "Further probes of a silent node before it is down. A node that refuses connections is asked only once more.")
    package let retryDelay = Parameter.duration(
        "health_check_retry_delay", .milliseconds(1) ... .seconds(3600), unit: .seconds, default: "100ms", .restart, perNode: .optional,
        "Between probes of a silent node.")
    package let wedgedTimeout = Parameter.duration(
        "wedged_timeout", .zero ... .seconds(3600), unit: .seconds, default: "10s", .restart, perNode: .optional,
        "How long an empty commit on the primary may take, its synchronous standbys left aside, before a standby takes over; 0 tries none. One is tried each health_check_period.")
    package let connectTimeout = Parameter.duration(
        "connect_timeout", .milliseconds(10) ... .seconds(3600), unit: .milliseconds, default: "1000ms", .restart, perNode: .optional,
        "How long connecting and logging in to a node may take, for probes, hooks and backends.")
    package let failoverOnBackendError = Parameter.boolean(
        "failover_on_backend_error", default: true, .restart,
        "Whether failing traffic makes a node be probed at once; off leaves it to the periodic probes.")
        .formerly("fail_over_on_backend_error")
}
