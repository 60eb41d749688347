package import ClusterModel
internal import Reactor

/// The data plane: listeners, and one shard per core that splices frontends to backends of the current primary.
package final class Proxy: Sendable {
    /// The port it listens on; nil without TCP.
    package let port: Int?
    let loops: [LoopThread<Shard>]
    private let resolver: LoopThread<NameResolver>
    private let keys: KeyStore

    /// Messages that may wait for a shard: one for each connection it is dealt, and what connections cause.
    private static let mailboxCapacity = 16_384

    /// Listens and serves. With a closed gate logins wait for the first open one.
    package init(_ configuration: ProxyConfiguration, _ topology: Topology, facts: @escaping @Sendable (ProxyFact) -> Void,
                 admin: any AdminResponder, log: @escaping ProxyLog) throws(ProxyError) {
        let configuration = configuration.withinBounds
        let listeners = try ListenerSet.open(configuration, log)
        port = listeners.compactMap(\.port).first
        do {
            let shared = try ProxyShared(configuration, facts: facts, admin: admin, log: log)
            keys = shared.keys
            var loops: [LoopThread<Shard>] = []
            for number in 0..<configuration.shardCount {
                loops.append(try LoopThread(name: "shard-\(number)", mailboxCapacity: Self.mailboxCapacity) { reactor in
                    Shard(number, reactor, configuration, shared, topology, number == 0 ? listeners : [])
                })
            }
            let mailboxes = loops.map(\.mailbox)
            resolver = try LoopThread(name: "names", mailboxCapacity: 64) { reactor in
                NameResolver(reactor, refresh: configuration.nameRefresh) { found in
                    for mailbox in mailboxes { _ = mailbox.postAlways(.addresses(found)) }
                }
            }
            self.loops = loops
            for mailbox in mailboxes { _ = mailbox.postAlways(.meet(mailboxes)) }
        } catch {
            throw .cannotStart(error.description)
        }
        _ = resolver.mailbox.post(.resolve(topology.nodes.map { NodeEndpoint($0) }))
    }

    /// Hands down a topology. Returns when every shard has adopted it: after a closed gate no byte of an older epoch reaches a
    /// frontend any more, and all backends of it are cut. LSNs may be compared from then on, not before.
    package func apply(_ topology: Topology) async {
        _ = resolver.mailbox.postAlways(.resolve(topology.nodes.map { NodeEndpoint($0) }))
        let receipt = Receipt(from: loops.count)
        for loop in loops where !loop.mailbox.postAlways(.adopt(topology, receipt)) { receipt.sign() }
        await receipt.waitUntilComplete()
    }

    /// Takes no new connections, ends the sessions as `mode` says, and returns when the last one is gone.
    package func stop(_ mode: ProxyStopMode) async {
        _ = resolver.mailbox.postAlways(.stop)
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
