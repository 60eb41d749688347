package import Settings

/// What holds for the pools of one database and user.
package struct PoolRule: Hashable, Sendable {
    package var mode = PoolMode.session
    /// Backends of one node, over all shards.
    package var size = 20
    /// How `size` follows from the mode; nil where it was said.
    package var automaticSize: AutomaticSize?
    /// Whose own line says `size`; nil where it is as for all.
    package var sizeSubject: PoolOverride.Subject?
    /// Backends kept open although nobody needs them.
    package var minimum = 0
    /// Backends beyond `size` for those who have waited `reserveTimeout`.
    package var reserve = 0
    package var reserveTimeout = Duration.seconds(5)
    /// How long a backend may be of no use before it is closed; nil is for ever.
    package var idleTimeout: Duration? = .seconds(600)
    /// How old a backend may grow; nil is for ever. One in use is closed when it comes back.
    package var lifetime: Duration? = .seconds(3600)
    /// Most backends of all pools of the database, and of the user; nil is no limit.
    package var maxDatabaseBackends: Int?
    package var maxUserBackends: Int?
    /// Most frontends of the database, and of the user; nil is no limit.
    package var maxDatabaseFrontends: Int?
    package var maxUserFrontends: Int?

    package init() {}

    /// The size of a pool that nobody set.
    package struct AutomaticSize: Hashable, Sendable {
        /// Frontends that there may be: in session mode each may need a backend.
        package let frontends: Int

        package init(frontends: Int) { self.frontends = frontends }

        /// What PgBouncer gives pools that are shared.
        private static let shared = 20

        /// How many backends a pool may have where nobody said.
        package func size(for mode: PoolMode) -> Int { mode == .session ? frontends : Self.shared }
    }
}
