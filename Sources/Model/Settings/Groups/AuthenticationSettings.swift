/// Who may log in, and what the daemon itself logs in as.
package struct AuthenticationSettings: SettingsGroup {
    package let title = "Authentication"

    package let enablePoolHBA = Parameter.boolean(
        "enable_pool_hba", default: false, .reload,
        "Whether pool_hba_conf says who may log in and how; off, a user whom pool_passwd or auth_query knows proves the password here and others at the node.")
    package let poolHBAFile = Parameter.string(
        "pool_hba_conf", default: "pool_hba.conf", .reload,
        "File of rules who may log in from where; relative to this file's folder.")
    package let poolPasswd = Parameter.string(
        "pool_passwd", default: "pool_passwd", .reload,
        "File of `user:secret` lines, written by `understudy passwd`; relative to this file's folder, empty is none.")
    package let poolKeyFile = Parameter.string(
        "pool_key_file", .reload,
        "File with the key of AES entries in pool_passwd, as pgpool uses it; empty is PGPOOLKEYFILE of the environment, else .pgpoolkey in the home folder.")
    package let allowClearText = Parameter.boolean(
        "allow_clear_text_frontend_auth", default: false, .reload,
        "Whether a user whose password is not known is asked for it in clear text, tried at the primary and used there; only without pool_hba_conf.")
    package let authUser = Parameter.string(
        "auth_user", .restart, "Role that runs auth_query; empty is no auth_query. Its password stands in pool_passwd.")
    package let authQuery = Parameter.string(
        "auth_query", default: """
            SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin AND coalesce(rolvaliduntil > pg_catalog.now(), true)
            """, .restart,
        "Query for the secret of a user that pool_passwd does not know: $1 is the user, the columns are its name and its secret as in pg_authid.")
    package let authDatabase = Parameter.string(
        "auth_dbname", default: "postgres", .restart, "Database in which auth_query runs.")
    package let authQueryLife = Parameter.duration(
        "auth_query_ttl", .zero ... .seconds(86_400), unit: .seconds, default: "30s", .restart,
        "How long an answer of auth_query is used before it is asked again; a wrong password asks again at once when the answer is older than a second.")
    package let recoveryUser = Parameter.string(
        "recovery_user", .restart, "Role that hooks use to promote and to run SQL that may write; health_check_user when it is empty.")
    package let recoveryPassword = Parameter.secret(
        "recovery_password", .restart, "Its password; empty is the one in pool_passwd, or libpq's password file. health_check_password when recovery_user is empty.")
    package let recoveryDatabase = Parameter.string(
        "recovery_database", default: "postgres", .restart, "Database that hooks log in to.")
}
