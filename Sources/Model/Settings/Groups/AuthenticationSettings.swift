/// Who may log in, and what the daemon itself logs in as.
package struct AuthenticationSettings: SettingsGroup {
    package let title = "Authentication"

    package let poolPasswd = Parameter.string(
        "pool_passwd", default: "pool_passwd", .restart,
        "File of `user:TEXTpassword` lines: users the daemon can log in again after a failover; relative to this file's folder, empty is none.")
    package let recoveryUser = Parameter.string(
        "recovery_user", .restart, "Role that hooks use to promote and to run SQL; health_check_user when it is empty.")
    package let recoveryPassword = Parameter.secret(
        "recovery_password", .restart, "Its password; health_check_password when recovery_user is empty.")
    package let recoveryDatabase = Parameter.string(
        "recovery_database", default: "postgres", .restart, "Database that hooks log in to.")
}
