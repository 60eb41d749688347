internal import Reactor
internal import Synchronization

/// What all shards of one proxy share.
final class ProxyShared: Sendable {
    /// Connections beyond the sessions: those that start up, carry a cancel request, or are told that there is no room.
    static let spareConnections = 256

    let budget: MemoryBudget
    let facts: @Sendable (ProxyFact) -> Void
    let admin: any AdminResponder
    let secrets: any SecretSource
    let keys: KeyStore
    let directory: PoolDirectory
    let clients = ClientTallies()
    private let log: ProxyLog
    private let connections = Atomic(0)
    private let sessions = Atomic(0)
    private let limit: Int

    init(_ configuration: ProxyConfiguration, facts: @escaping @Sendable (ProxyFact) -> Void, admin: any AdminResponder, secrets: any SecretSource,
         log: @escaping ProxyLog) throws(SocketError) {
        keys = try KeyStore()
        directory = PoolDirectory(shards: configuration.shardCount)
        budget = MemoryBudget(limit: configuration.memoryLimit)
        limit = configuration.maxFrontends
        self.facts = facts
        self.admin = admin
        self.secrets = secrets
        self.log = log
    }

    func note(_ level: ProxyLogEntry.Level, _ message: String) { log(ProxyLogEntry(level: level, message: message)) }

    /// Whether one more connection may be held at all.
    func admitConnection() -> Bool { Self.admit(connections, limit + Self.spareConnections) }
    func releaseConnection() { connections.subtract(1, ordering: .relaxed) }

    /// Whether one more session may be held.
    func admitSession() -> Bool { Self.admit(sessions, limit) }
    func releaseSession() { sessions.subtract(1, ordering: .relaxed) }

    private static func admit(_ count: borrowing Atomic<Int>, _ limit: Int) -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        count.subtract(1, ordering: .relaxed)
        return false
    }
}
