internal import Pooling
internal import Reactor
internal import Sessions

/// A configuration that was reloaded.
extension Shard {
    /// Takes over what may change while running. What is open keeps what it has: sessions their mode, connections their keepalive, timers
    /// their deadline; pools grow and shrink to their new sizes.
    func configure(_ new: ProxyConfiguration) {
        // What a proof gave holds as long as what it was checked by.
        secrets = secrets.filter { new.authenticator.agrees(with: configuration.authenticator, about: $0.key) }
        configuration = new
        for listener in listeners { listener.tune(new.tcp) }
        for pool in pools.values {
            pool.core.rule = new.rule(database: pool.key.database, user: pool.key.user)
            shrink(pool)
            openMore(pool)
            pool.publish()
        }
    }
}
