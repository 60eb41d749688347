package import PostgresWire

/// What a client of the administrator's database is told once it is let in.
package enum AdminGreeting {
    /// The databases that lead to the daemon itself; the second name is for tools that know PgBouncer.
    package static let databases: Set<String> = ["understudy", "pgbouncer"]

    /// What `server_version` says: drivers read the number in front, people the rest.
    package static func serverVersion(_ version: String) -> String { "15.0 (understudy \(version))" }

    /// AuthenticationOk, the parameters that drivers look at, the key, and ReadyForQuery.
    package static func bytes(user: String, applicationName: String, key: BackendKey, version: String) -> [UInt8] {
        var writer = MessageWriter()
        writer.authenticationOK()
        for (name, value) in [
            ("server_version", serverVersion(version)), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"), ("DateStyle", "ISO, YMD"), ("TimeZone", "UTC"),
            ("IntervalStyle", "postgres"), ("integer_datetimes", "on"), ("standard_conforming_strings", "on"), ("is_superuser", "off"),
            ("session_authorization", user), ("application_name", applicationName),
        ] { writer.parameterStatus(name, value) }
        key.write(to: &writer)
        writer.readyForQuery(.idle)
        return writer.bytes
    }
}
