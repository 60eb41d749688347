package import PostgresWire

/// What a client asks for when it connects, and what its session begins with: found out once, however many ask for the same.
///
/// Compared by identity: those who share it asked for the same, others may have too.
package final class SessionStart: Hashable, Sendable {
    package let startup: StartupMessage
    /// It speaks with a walsender.
    let isReplication: Bool
    let settings: SessionSettings
    /// What ties the session to its backend from the beginning.
    let pin: Pin?

    package init(_ startup: StartupMessage) {
        self.startup = startup
        isReplication = startup.isReplication
        settings = SessionSettings(startup)
        // A search_path with the temporary schema makes every CREATE TABLE a temporary one.
        pin = if isReplication {
            Pin("a replication connection", isCertain: true)
        } else if startup.namesTemporarySchema {
            Pin("pg_temp in a start-up parameter", isCertain: true)
        } else { nil }
    }

    /// Identity.
    package static func == (one: SessionStart, other: SessionStart) -> Bool { one === other }
    /// Of its identity.
    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
