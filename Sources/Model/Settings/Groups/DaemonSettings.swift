/// The daemon itself: its state, its control socket, its hooks, its log.
package struct DaemonSettings: SettingsGroup {
    package let title = "Daemon"

    package let clusterName = Parameter.string(
        "cluster_name", default: "main", .restart, "What views and hooks call this cluster.")
    package let stateDirectory = Parameter.string(
        "state_directory", default: "/var/lib/understudy", .restart,
        "Where the control log and the event journal are kept; each daemon needs its own, mode 0700.")
    package let controlSocket = Parameter.string(
        "control_socket", default: "/run/understudy/control.sock", .restart, "The socket that the command line speaks to.")
    package let controlSocketGroup = Parameter.string(
        "control_socket_group", .restart, "Group whose members may use the control socket too; empty is nobody else.")
    package let hookDirectory = Parameter.string(
        "hook_directory", default: "/etc/understudy/hooks", .restart, "Where the site's own hooks are; it may be missing.")
    package let secretDirectory = Parameter.string(
        "hook_secret_directory", default: "/etc/understudy/secrets", .restart,
        "The secrets that hooks may use: a file for each, named after it, mode 0600.")
    package let sshCommand = Parameter.string(
        "ssh_command", default: "/usr/bin/ssh", .restart, "The ssh that reaches nodes on other hosts; their keys must be in its known_hosts.")
    package let hookAutoRollback = Parameter.boolean(
        "hook_auto_rollback", default: false, .restart,
        "Whether a generation of hooks whose code failed where work was to be done is taken out by itself; it is marked bad in any case.")
    package let dnsRefresh = Parameter.duration(
        "dns_refresh", .seconds(1) ... .seconds(86_400), unit: .seconds, default: "30s", .restart,
        "How old the addresses of a host name may grow; the last good ones are kept while the resolver fails.")
    package let logLevel = Parameter.choice(
        "log_min_messages", ["debug", "info", "notice", "warning", "error", "critical"], synonyms: Self.pgpoolLevels, default: "info", .reload,
        "The least severe log lines that are written; pgpool's debug1 to debug5, log, fatal and panic mean the nearest of these.")

    /// pgpool's levels by ours; pgpool logs at LOG what is information here.
    private static let pgpoolLevels = [
        "debug1": "debug", "debug2": "debug", "debug3": "debug", "debug4": "debug", "debug5": "debug", "log": "info", "fatal": "critical", "panic": "critical",
    ]
}
