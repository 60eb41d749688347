
/// What the proxy says of itself, as far as it was asked.
package struct ProxyReport: Hashable, Sendable {
    /// What a view needs to know; the lists of connections are long.
    package struct Parts: OptionSet, Hashable, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        package static let pools = Parts(rawValue: 1)
        package static let traffic = Parts(rawValue: 2)
        package static let frontends = Parts(rawValue: 4)
        package static let backends = Parts(rawValue: 8)
    }

    package var pools: [PoolReport] = []
    package var traffic: [TrafficReport] = []
    package var frontends: [FrontendReport] = []
    package var backends: [BackendReport] = []
    /// Frontends and backends in all, those that log in included.
    package var counts = Counts()
    /// What was switched by commands.
    package var service = Service()
    /// Addresses of the nodes, as they were looked up.
    package var addresses: [String: [String]] = [:]

    /// Connections by what they do, counted at no cost.
    package struct Counts: Hashable, Sendable {
        package var frontends = 0
        package var loggingIn = 0
        package var backends = 0
        package var idleBackends = 0
        package var bufferBytes = 0
        package var bufferLimit = 0
        package var preparedStatements = 0

        package init() {}

        mutating func add(_ other: Counts) {
            frontends += other.frontends
            loggingIn += other.loggingIn
            backends += other.backends
            idleBackends += other.idleBackends
            preparedStatements += other.preparedStatements
            // The shards share their buffers' budget: each says the same.
            bufferBytes = other.bufferBytes
            bufferLimit = other.bufferLimit
        }
    }

    /// What administrators have switched.
    package struct Service: Hashable, Sendable {
        package var isPaused = false
        package var pausedDatabases: Set<String> = []
        package var disabledDatabases: Set<String> = []

        package init() {}

        /// Whether statements of a database wait until RESUME.
        package func isPaused(_ database: String) -> Bool { isPaused || pausedDatabases.contains(database) }
    }

    package init() {}

    /// Adds what another shard says; pools and figures of the same key become one.
    package mutating func add(_ other: ProxyReport) {
        for pool in other.pools {
            if let index = pools.firstIndex(where: { $0.key == pool.key }) { pools[index].add(pool) } else { pools.append(pool) }
        }
        for report in other.traffic {
            if let index = traffic.firstIndex(where: { $0.database == report.database && $0.user == report.user }) {
                traffic[index].add(report)
            } else {
                traffic.append(report)
            }
        }
        frontends += other.frontends
        backends += other.backends
        counts.add(other.counts)
        service = other.service
        addresses = other.addresses
    }
}
