/// The nodes, one row a node: `backend_hostname0`, `backend_port0`, …
package struct BackendSettings: SettingsGroup {
    package let title = "Nodes"

    package let hostname = Parameter.string(
        "backend_hostname", .restart, perNode: .required, "Host name, address, or absolute path of the socket directory of the node.")
    package let port = Parameter.integer(
        "backend_port", 1...65_535, default: 5432, .restart, perNode: .required, "Port of the node.")
    package let applicationName = Parameter.string(
        "backend_application_name", .restart, perNode: .required,
        "The node's name: in views, in hooks, and as the application_name of its walreceiver; nodeN when it is not set.")
    package let dataDirectory = Parameter.string(
        "backend_data_directory", .restart, perNode: .required, "PGDATA on the node's host, for hooks and recovery.")
    package let weight = Parameter.real(
        "backend_weight", 0...10_000, default: "1", .restart, perNode: .required, "Relative share of reads.")
    package let flag = Parameter.flags(
        "backend_flag", ["ALLOW_TO_FAILOVER", "DISALLOW_TO_FAILOVER"], unsupported: ["ALWAYS_PRIMARY", "ALWAYS_MASTER"], default: "ALLOW_TO_FAILOVER", .restart, perNode: .required,
        "Whether the node may be taken out of service automatically.")
    package let zone = Parameter.string(
        "backend_zone", .restart, perNode: .required, "Where the node stands, for hooks that prefer a place.")
    package let priority = Parameter.integer(
        "backend_priority", 0...1_000_000, default: 1, .restart, perNode: .required,
        "Preference between equally fresh candidates, the higher the better; 0 is never promoted.")
    package let transport = Parameter.choice(
        "backend_transport", ["auto", "local", "ssh"], default: "auto", .restart, perNode: .required,
        "How commands reach the node's host: local, ssh, or auto, which is local for a socket directory and this host's loopback addresses.")
    package let sshUser = Parameter.string(
        "backend_ssh_user", .restart, perNode: .required, "As whom ssh logs in on the node's host; empty is what ssh's configuration says.")
    package let programDirectory = Parameter.string(
        "backend_bindir", .restart, perNode: .required, "Where pg_ctl and the others are on the node's host; empty is where packages put them.")
}
