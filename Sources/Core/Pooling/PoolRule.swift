package import Settings

/// What holds for the pools of one database and user.
package struct PoolRule: Hashable, Sendable {
    package var mode = PoolMode.session
    /// Backends of one node, over all shards.
    package var size = 20
    /// Backends kept open although nobody needs them.
    package var minimum = 0
    /// Backends beyond `size` for those who have waited `reserveTimeout`.
    package var reserve = 0
    package var reserveTimeout = Duration.seconds(5)
    /// How long a backend may be of no use before it is closed; nil is for ever.
    package var idleTimeout: Duration? = .seconds(600)
    /// How old a backend may grow; nil is for ever. One in use is closed when it comes back.
    package var lifetime: Duration? = .seconds(3600)

    package init() {}
}
