internal import ClusterModel
internal import Failover
internal import HealthTracking
internal import NodeConnections
internal import NodeControl
internal import Probing
internal import Reactor
internal import Settings

/// The nodes as the coordinator reaches them: looks of its own beside the probes', and the hands.
struct NodeSet: Sendable {
    private let observers: [NodeID: NodeObserver]
    private let names: [NodeID: String]
    private let handsByNode: [NodeID: NodeHands]

    init(_ settings: Settings, _ nodes: [Node], _ waiter: DescriptorWaiter, _ resolver: HostResolver) {
        observers = Dictionary(uniqueKeysWithValues: nodes.map { node in
            let channel = NodeChannel(settings.probeTarget(node.id.number), waiter: waiter, resolver: resolver)
            return (node.id, NodeObserver(channel: channel, timeout: settings[\.health.timeout, node: node.id.number]))
        })
        handsByNode = Dictionary(uniqueKeysWithValues: nodes.map { node in
            let target = settings.recoveryTarget(node.id.number)
            return (node.id, NodeHands(channel: NodeChannel(target, waiter: waiter, resolver: resolver),
                                       readingChannel: NodeChannel(target.readOnly, waiter: waiter, resolver: resolver), waiter: waiter))
        })
        names = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.name) })
    }

    func name(of node: NodeID) -> String { names[node] ?? "node \(node)" }

    func observe(_ node: NodeID) async -> Election.Answer {
        guard let observer = observers[node] else { return .failure(NodeSilence("is not in the configuration")) }
        return switch await observer.look() {
        case .answered(let observation): .success(observation)
        case .alive(let reason), .notReady(let reason), .refused(let reason), .silent(let reason): .failure(NodeSilence(reason))
        }
    }

    func hands(of node: NodeID) -> NodeHands {
        guard let hands = handsByNode[node] else { preconditionFailure("node \(node) is not in the configuration") }
        return hands
    }
}
