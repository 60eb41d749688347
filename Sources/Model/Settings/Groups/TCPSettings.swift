/// How the kernel watches over connections, those from applications and those to nodes.
package struct TCPSettings: SettingsGroup {
    package let title = "TCP"

    package let keepsAlive = Parameter.boolean(
        "tcp_keepalive", default: true, .reload,
        "Whether silent connections, from applications and to nodes, are asked whether the other side is still there; existing ones keep what they have, here and below.")
    package let keepaliveIdle = Parameter.duration(
        "tcp_keepidle", .zero ... .seconds(32_767), unit: .seconds, default: "60s", .reload,
        "How long a connection is silent before it is asked; 0 is the system's own value.")
    package let keepaliveInterval = Parameter.duration(
        "tcp_keepintvl", .zero ... .seconds(32_767), unit: .seconds, default: "15s", .reload,
        "How long an answer is waited for before it is asked again; 0 is the system's own value.")
    package let keepaliveCount = Parameter.integer(
        "tcp_keepcnt", 0...127, default: 4, .reload,
        "How often it is asked without an answer before it is given up; 0 is the system's own value.")
    package let userTimeout = Parameter.duration(
        "tcp_user_timeout", .zero ... .seconds(86_400), unit: .milliseconds, default: "30s", .reload,
        "How long bytes that were sent may stay unacknowledged before the connection is given up; 0 is the system's own value.")
    package let deferral = Parameter.duration(
        "tcp_defer_accept", .zero ... .seconds(32_767), unit: .seconds, default: "45s", .reload,
        "How long the kernel keeps back a connection from an application that says nothing; its time to log in begins behind that. 0 is not at all.")
}
