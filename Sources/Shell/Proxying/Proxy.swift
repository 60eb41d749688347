package import ClusterModel
package import Reactor
internal import Sessions

/// The data plane: listeners, and one shard per core that splices frontends to backends of the current primary.
package final class Proxy: Sendable {
    /// The port it listens on; nil without TCP.
    package let port: Int?
    let loops: [LoopThread<Shard>]
    private let names: HostFollower
    private let keys: KeyStore

    /// Messages that may wait for a shard: one for each connection it is dealt, and what connections cause.
    private static let mailboxCapacity = 16_384

    /// Listens and serves. With a closed gate logins wait for the first open one.
    package init(_ configuration: ProxyConfiguration, _ topology: Topology, resolver: HostResolver, facts: @escaping @Sendable (ProxyFact) -> Void,
                 admin: any AdminResponder, secrets: any SecretSource = NoSecretSource(), log: @escaping ProxyLog) throws(ProxyError) {
        let configuration = configuration.withinBounds
        let listeners = try ListenerSet.open(configuration, log)
        port = listeners.compactMap(\.port).first
        do {
            let shared = try ProxyShared(configuration, facts: facts, admin: admin, secrets: secrets, log: log)
            keys = shared.keys
            keys.prepare(configuration.authenticator.origins)
            var loops: [LoopThread<Shard>] = []
            for number in 0..<configuration.shardCount {
                loops.append(try LoopThread(name: "shard-\(number)", mailboxCapacity: Self.mailboxCapacity) { reactor in
                    Shard(number, reactor, configuration, shared, topology, number == 0 ? listeners : [])
                })
            }
            let mailboxes = loops.map(\.mailbox)
            names = try HostFollower(resolver, refresh: configuration.nameRefresh) { found in
                for mailbox in mailboxes { _ = mailbox.postAlways(.addresses(found)) }
            }
            self.loops = loops
            for mailbox in mailboxes { _ = mailbox.postAlways(.meet(mailboxes)) }
        } catch {
            throw .cannotStart(error.description)
        }
        names.follow(topology.nodes.map { HostName($0) })
    }

    /// Hands down a topology. Returns when every shard has adopted it: after a closed gate no byte of an older epoch reaches a
    /// frontend any more, and all backends of it are cut. LSNs may be compared from then on, not before.
    package func apply(_ topology: Topology) async {
        names.follow(topology.nodes.map { HostName($0) })
        let receipt = Receipt(from: loops.count)
        for loop in loops where !loop.mailbox.postAlways(.adopt(topology, receipt)) { receipt.sign() }
        await receipt.waitUntilComplete()
    }

    /// Takes over what may change while running, who may log in included; what is open keeps what it has. Returns when every shard
    /// goes by it. Listeners, the number of shards and the limits of memory and sessions stay as they were.
    package func reload(_ configuration: ProxyConfiguration) async {
        keys.prepare(configuration.authenticator.origins)
        let receipt = Receipt(from: loops.count)
        for loop in loops where !loop.mailbox.postAlways(.configure(configuration, receipt)) { receipt.sign() }
        await receipt.waitUntilComplete()
    }

    /// Takes no new connections, ends the sessions as `mode` says, and returns when the last one is gone.
    package func stop(_ mode: ProxyStopMode) async {
        names.stop()
        let receipt = Receipt(from: loops.count)
        for loop in loops where !loop.mailbox.postAlways(.stop(mode, receipt)) { receipt.sign() }
        await receipt.waitUntilComplete()
        keys.stop()
    }

    /// What the shards hold at this moment.
    package func statistics() async -> ProxyStatistics {
        var total = ProxyStatistics()
        for loop in loops {
            let count = await withCheckedContinuation { continuation in
                if !loop.mailbox.postAlways(.count { continuation.resume(returning: $0) }) { continuation.resume(returning: ProxyStatistics()) }
            }
            total.add(count)
        }
        return total
    }
}

/// Why the proxy cannot serve.
package enum ProxyError: Error, Hashable, Sendable, CustomStringConvertible {
    case cannotListen(String, reason: String)
    case cannotStart(String)

    package var description: String {
        switch self {
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .cannotStart(let reason): "cannot start the data path: \(reason)"
        }
    }
}
