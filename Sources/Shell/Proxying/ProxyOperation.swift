/// What an administrator has the shards do. nil is every database.
package enum ProxyOperation: Hashable, Sendable {
    /// Statements wait from their next transaction on; backends are closed as they become free.
    case pause(String?)
    case resume(String?)
    /// Backends that are open now are closed when they become free.
    case reconnect(String?)
    /// New logins are refused, or not any more.
    case disable(String)
    case enable(String)
    /// Like `pause`, and sessions end at once.
    case kill(String?)
    case killFrontend(ConnectionID)
}
