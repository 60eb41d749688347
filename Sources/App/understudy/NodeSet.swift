internal import ClusterModel
internal import Credentials
internal import Failover
internal import Foundation
internal import HealthTracking
internal import NodeConnections
internal import NodeControl
internal import Probing
internal import Reactor
internal import Settings

/// The nodes as probes, coordinator and hooks reach them: over the same kept connections where the role is the same, so that
/// a failover does not begin with a login.
struct NodeSet: Sendable {
    let observers: [NodeID: NodeObserver]
    private let names: [NodeID: String]
    /// As the monitor role reaches each node.
    private let readers: [NodeID: NodeChannel]
    private let handsByNode: [NodeID: NodeHands]
    private let hosts: [NodeID: NodeHost]
    /// As the control role reaches each node.
    private let targets: [NodeID: ConnectionTarget]
    /// Of every node, by id.
    let all: [NodeID]
    let waiter: DescriptorWaiter

    init(_ settings: Settings, _ secrets: KnownSecrets, _ folder: URL, _ nodes: [Node], _ waiter: DescriptorWaiter, _ resolver: HostResolver,
         _ epochs: any EpochGuard) {
        var observers: [NodeID: NodeObserver] = [:], readers: [NodeID: NodeChannel] = [:], hands: [NodeID: NodeHands] = [:], hosts: [NodeID: NodeHost] = [:], targets: [NodeID: ConnectionTarget] = [:]
        let encryption = settings.controlEncryption(folder)
        for node in nodes {
            let number = node.id.number
            let probing = settings.probeTarget(number, secrets, encryption), controlling = settings.recoveryTarget(number, secrets, encryption)
            let channel = NodeChannel(probing, waiter: waiter, resolver: resolver)
            let control = probing == controlling ? channel : NodeChannel(controlling, waiter: waiter, resolver: resolver)
            readers[node.id] = NodeChannel(probing.with(database: controlling.database), waiter: waiter, resolver: resolver)
            observers[node.id] = NodeObserver(channel: channel, control: control, timeout: settings[\.health.timeout, node: number])
            hands[node.id] = NodeHands(channel: control, waiter: waiter, epochs: epochs)
            hosts[node.id] = NodeHost(node, settings.transport(number), programs: settings[\.backends.programDirectory, node: number], waiter: waiter, epochs: epochs)
            targets[node.id] = controlling
        }
        self.observers = observers
        self.readers = readers
        handsByNode = hands
        self.hosts = hosts
        self.targets = targets
        self.waiter = waiter
        all = nodes.map(\.id)
        names = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.name) })
    }

    func name(of node: NodeID) -> String { names[node] ?? "node \(node)" }

    func observe(_ node: NodeID) async -> Election.Answer {
        guard let observer = observers[node] else { return .failure(NodeSilence("is not in the configuration")) }
        let result = await observer.look()
        if case .answered(let observation, _) = result { return .success(observation) }
        return .failure(NodeSilence(result.reason))
    }

    /// For statements that only look.
    func reader(of node: NodeID) -> NodeChannel {
        guard let reader = readers[node] else { preconditionFailure("node \(node) is not in the configuration") }
        return reader
    }

    func hands(of node: NodeID) -> NodeHands {
        guard let hands = handsByNode[node] else { preconditionFailure("node \(node) is not in the configuration") }
        return hands
    }

    func host(of node: NodeID) -> NodeHost {
        guard let host = hosts[node] else { preconditionFailure("node \(node) is not in the configuration") }
        return host
    }

    /// As pg_rewind and pg_basebackup reach it, running as the control role. `version` is server_version_num.
    func source(_ node: NodeID, version: Int) -> NodeHost.Source {
        guard let target = targets[node] else { preconditionFailure("node \(node) is not in the configuration") }
        return NodeHost.Source(target, version: version)
    }
}
