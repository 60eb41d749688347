internal import ClusterModel
internal import Foundation
internal import HealthTracking
internal import NodeConnections
internal import Pooling
internal import Proxying
internal import Reactor
internal import Sessions
internal import Settings

/// What each part of the daemon wants, from the settings.
extension Settings {
    /// The lower of the two limits; pgpool's counts only where it is set.
    var frontendLimit: Int {
        let own = self[\.connections.maxClientConnections], pgpool = self[\.connections.numInitChildren]
        return pgpool == 0 ? own : min(own, pgpool)
    }

    func node(_ number: Int) -> Node {
        Node(id: NodeID(number), name: nodeName(number), host: self[\.backends.hostname, node: number], port: self[\.backends.port, node: number],
             dataDirectory: self[\.backends.dataDirectory, node: number], zone: self[\.backends.zone, node: number],
             priority: self[\.backends.priority, node: number], weight: self[\.backends.weight, node: number],
             mayFailOver: !self[\.backends.flag, node: number].contains("DISALLOW_TO_FAILOVER"))
    }

    func healthPolicy(_ node: Int) -> HealthPolicy {
        let period = self[\.health.period, node: node]
        return HealthPolicy(period: period == .zero ? nil : period, retries: self[\.health.maxRetries, node: node], retryDelay: self[\.health.retryDelay, node: node])
    }

    func probeTarget(_ node: Int) -> ConnectionTarget {
        ConnectionTarget(host: self[\.backends.hostname, node: node], port: self[\.backends.port, node: node], user: self[\.health.user, node: node],
                         password: Password(self[\.health.password, node: node].text), database: self[\.health.database, node: node],
                         connectTimeout: self[\.health.connectTimeout, node: node])
    }

    func recoveryTarget(_ node: Int) -> ConnectionTarget {
        let user = self[\.authentication.recoveryUser]
        if user.isEmpty { return probeTarget(node) }
        return ConnectionTarget(host: self[\.backends.hostname, node: node], port: self[\.backends.port, node: node], user: user,
                                password: Password(self[\.authentication.recoveryPassword].text), database: self[\.authentication.recoveryDatabase],
                                connectTimeout: self[\.health.connectTimeout, node: node])
    }

    func proxyConfiguration(_ authenticator: Authenticator) throws -> ProxyConfiguration {
        var configuration = ProxyConfiguration()
        configuration.authenticator = authenticator
        configuration.listenAddresses = self[\.connections.listenAddresses]
        configuration.port = self[\.connections.port]
        configuration.unixSocketDirectories = self[\.connections.unixSocketDirectories]
        configuration.unixSocketMode = UInt32(self[\.connections.unixSocketPermissions])
        configuration.unixSocketGroup = try group(\.connections.unixSocketGroup)
        configuration.backlog = Int32(clamping: self[\.connections.listenBacklogMultiplier] * frontendLimit)
        configuration.shardCount = self[\.pooling.shards] == 0 ? ProcessInfo.processInfo.activeProcessorCount : self[\.pooling.shards]
        configuration.maxFrontends = frontendLimit
        configuration.authenticationTimeout = self[\.connections.authenticationTimeout]
        configuration.queryWaitTimeout = self[\.connections.queryWaitTimeout]
        configuration.connectTimeout = self[\.health.connectTimeout]
        configuration.memoryLimit = self[\.connections.clientMemoryLimit]
        configuration.pooling = poolRule
        configuration.resetQueries = self[\.pooling.resetQueries].split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        configuration.preparedStatements = self[\.pooling.preparedStatements]
        configuration.loginRetry = self[\.pooling.loginRetry]
        configuration.cancelWaitTimeout = self[\.timeouts.cancelWait]
        configuration.queryWaitNotify = Self.limit(self[\.timeouts.queryWaitNotify])
        configuration.limits.idle = Self.limit(self[\.timeouts.clientIdle])
        configuration.limits.idleInTransaction = Self.limit(self[\.timeouts.idleTransaction])
        configuration.limits.transaction = Self.limit(self[\.timeouts.transaction])
        configuration.limits.statement = Self.limit(self[\.timeouts.query])
        configuration.nameRefresh = self[\.daemon.dnsRefresh]
        configuration.tcp = tcpOptions
        return configuration
    }

    private var tcpOptions: TCPOptions {
        var options = TCPOptions()
        options.keepsAlive = self[\.tcp.keepsAlive]
        options.keepaliveIdle = self[\.tcp.keepaliveIdle]
        options.keepaliveInterval = self[\.tcp.keepaliveInterval]
        options.keepaliveCount = self[\.tcp.keepaliveCount]
        options.userTimeout = self[\.tcp.userTimeout]
        return options
    }

    /// Most backends of one pool.
    var poolSize: Int { poolRule.size }

    /// What holds for every pool.
    private var poolRule: PoolRule {
        var rule = PoolRule()
        rule.mode = PoolMode(rawValue: self[\.pooling.mode]) ?? .session
        let size = self[\.pooling.size]
        rule.size = size > 0 ? size : rule.mode == .session ? frontendLimit : 20
        rule.minimum = min(self[\.pooling.minimum], rule.size)
        rule.reserve = self[\.pooling.reserve]
        rule.reserveTimeout = self[\.pooling.reserveTimeout]
        rule.lifetime = [self[\.pooling.lifetime], self[\.pooling.connectionLifeTime]].compactMap(Self.limit).min()
        rule.idleTimeout = [self[\.pooling.idleTimeout], self[\.pooling.childLifeTime]].compactMap(Self.limit).min()
        return rule
    }

    /// Zero is no limit.
    private static func limit(_ duration: Duration) -> Duration? { duration == .zero ? nil : duration }

    /// A group's number; nil where none is named.
    func group(_ path: KeyPath<SettingsRegistry, Parameter<String>>) throws -> UInt32? {
        let name = self[path]
        if name.isEmpty { return nil }
        guard let entry = getgrnam(name) else { throw StartFailure("there is no group \(name) (\(place(of: path)?.description ?? "default"))") }
        return entry.pointee.gr_gid
    }
}
