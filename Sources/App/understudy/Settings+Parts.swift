internal import ClusterModel
internal import Coordination
internal import Credentials
internal import Failover
internal import Foundation
internal import HealthTracking
internal import NodeConnections
internal import NodeControl
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

    /// The parameter that `frontendLimit` is.
    var frontendLimitName: String { frontendLimit < self[\.connections.maxClientConnections] ? "num_init_children" : "max_client_conn" }

    func node(_ number: Int) -> Node {
        Node(id: NodeID(number), name: nodeName(number), host: self[\.backends.hostname, node: number], port: self[\.backends.port, node: number],
             dataDirectory: self[\.backends.dataDirectory, node: number], zone: self[\.backends.zone, node: number],
             priority: self[\.backends.priority, node: number], weight: self[\.backends.weight, node: number],
             mayFailOver: !self[\.backends.flag, node: number].contains("DISALLOW_TO_FAILOVER"))
    }

    /// How commands reach a node's host.
    func transport(_ node: Int) -> NodeTransport {
        let host = self[\.backends.hostname, node: node]
        switch self[\.backends.transport, node: node] {
        case "local": return .local
        case "auto" where host.isEmpty || host.hasPrefix("/") || ["localhost", "127.0.0.1", "::1"].contains(host): return .local
        default: return .ssh(NodeTransport.SSH(host: host, user: self[\.backends.sshUser, node: node], command: self[\.daemon.sshCommand]))
        }
    }

    var failoverRules: FailoverRules {
        FailoverRules(maxVeto: self[\.failover.maxVeto], requiresFencing: self[\.failover.fencing] == "required", degrades: self[\.failover.onTooFewStandbys] == "degrade",
                      election: Election.Rules(mostLagBytes: self[\.failover.maxLag] == 0 ? nil : UInt64(self[\.failover.maxLag])))
    }

    func healthPolicy(_ node: Int) -> HealthPolicy {
        HealthPolicy(period: Self.limit(self[\.health.period, node: node]), retries: self[\.health.maxRetries, node: node], retryDelay: self[\.health.retryDelay, node: node],
                     wedgedTimeout: Self.limit(self[\.health.wedgedTimeout, node: node]))
    }

    /// As in pgpool, an empty password is the one that pool_passwd has for the user.
    private func password(_ secret: Secret, of user: String, _ secrets: KnownSecrets) -> Password {
        Password(secret.isEmpty ? secrets.secrets[user]?.clearText ?? "" : secret.text)
    }

    func probeTarget(_ node: Int, _ secrets: KnownSecrets, _ encryption: ConnectionTarget.Encryption) -> ConnectionTarget {
        ConnectionTarget(host: self[\.backends.hostname, node: node], port: self[\.backends.port, node: node], user: self[\.health.user, node: node],
                         password: password(self[\.health.password, node: node], of: self[\.health.user, node: node], secrets), database: self[\.health.database, node: node],
                         connectTimeout: self[\.health.connectTimeout, node: node], encryption: encryption)
    }

    func recoveryTarget(_ node: Int, _ secrets: KnownSecrets, _ encryption: ConnectionTarget.Encryption) -> ConnectionTarget {
        let user = self[\.authentication.recoveryUser]
        if user.isEmpty { return probeTarget(node, secrets, encryption).with(database: self[\.authentication.recoveryDatabase]) }
        return ConnectionTarget(host: self[\.backends.hostname, node: node], port: self[\.backends.port, node: node], user: user,
                                password: password(self[\.authentication.recoveryPassword], of: user, secrets), database: self[\.authentication.recoveryDatabase],
                                connectTimeout: self[\.health.connectTimeout, node: node], encryption: encryption)
    }

    func proxyConfiguration(_ authenticator: Authenticator, folder: URL) throws -> ProxyConfiguration {
        var configuration = ProxyConfiguration()
        configuration.authenticator = authenticator
        configuration.listenAddresses = self[\.connections.listenAddresses]
        configuration.port = self[\.connections.port]
        configuration.unixSocketDirectories = self[\.connections.unixSocketDirectories]
        configuration.unixSocketMode = UInt32(self[\.connections.unixSocketPermissions])
        configuration.unixSocketGroup = try group(\.connections.unixSocketGroup)
        configuration.backlog = Int32(clamping: self[\.connections.listenBacklogMultiplier] * frontendLimit)
        configuration.shardCount = self[\.pooling.shards] == 0 ? ProcessInfo.processInfo.activeProcessorCount : self[\.pooling.shards]
        configuration.maxFrontends = mostSessions
        configuration.maxFrontendsName = frontendLimitName + (self[\.connections.reservedConnections] > 0 ? " less reserved_connections" : "")
        configuration.authenticationTimeout = Self.limit(self[\.connections.authenticationTimeout])
        configuration.queryWaitTimeout = self[\.connections.queryWaitTimeout]
        configuration.connectTimeout = self[\.health.connectTimeout]
        configuration.memoryLimit = self[\.connections.clientMemoryLimit]
        configuration.frontendTLS = try frontendTLS(folder)
        configuration.nodeTLS = try nodeTLS(folder)
        configuration.pooling = poolRule
        configuration.overrides = poolOverrides
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
        options.deferral = self[\.tcp.deferral]
        return options
    }

    /// Sessions that are served: pgpool keeps some of its processes free.
    var mostSessions: Int { max(1, frontendLimit - self[\.connections.reservedConnections]) }

    /// What differs for single databases and users.
    var poolOverrides: PoolOverrides { PoolOverrides(databases: databaseOverrides, users: userOverrides) }

    /// What holds for every pool.
    var poolRule: PoolRule {
        var rule = PoolRule()
        rule.mode = PoolMode(rawValue: self[\.pooling.mode]) ?? .session
        let size = self[\.pooling.size]
        let automatic = PoolRule.AutomaticSize(frontends: frontendLimit)
        rule.automaticSize = size == 0 ? automatic : nil
        rule.size = size > 0 ? size : automatic.size(for: rule.mode)
        rule.maxDatabaseBackends = Self.limit(self[\.pooling.maxDatabaseConnections])
        rule.maxUserBackends = Self.limit(self[\.pooling.maxUserConnections])
        rule.maxDatabaseFrontends = Self.limit(self[\.connections.maxDatabaseClients])
        rule.maxUserFrontends = Self.limit(self[\.connections.maxUserClients])
        rule.minimum = min(self[\.pooling.minimum], rule.size)
        rule.reserve = self[\.pooling.reserve]
        rule.reserveTimeout = self[\.pooling.reserveTimeout]
        rule.lifetime = [self[\.pooling.lifetime], self[\.pooling.connectionLifeTime]].compactMap(Self.limit).min()
        rule.idleTimeout = [self[\.pooling.idleTimeout], self[\.pooling.childLifeTime]].compactMap(Self.limit).min()
        return rule
    }

    /// Zero is no limit.
    private static func limit(_ count: Int) -> Int? { count == 0 ? nil : count }
    private static func limit(_ duration: Duration) -> Duration? { duration == .zero ? nil : duration }

    /// A group's number; nil where none is named.
    func group(_ path: KeyPath<SettingsRegistry, Parameter<String>>) throws -> UInt32? {
        let name = self[path]
        if name.isEmpty { return nil }
        guard let entry = getgrnam(name) else { throw StartFailure("there is no group \(name) (\(place(of: path)?.description ?? "default"))") }
        return entry.pointee.gr_gid
    }
}
