/// Who may ask and command the daemon by SQL.
package struct AdministrationSettings: SettingsGroup {
    package let title = "Administration"

    package let adminUsers = Parameter.list(
        "admin_users", default: "", .reload,
        "Users who may use every view and command of the databases understudy and pgbouncer on the service port; empty is nobody.")
    package let statsUsers = Parameter.list(
        "stats_users", default: "", .reload, "Users who may use their views, except SHOW CONFIG, and no command.")
    package let statsPeriod = Parameter.duration(
        "stats_period", .seconds(1) ... .seconds(86_400), unit: .seconds, default: "60s", .restart,
        "The time over which the averages of SHOW STATS are taken.")
}
