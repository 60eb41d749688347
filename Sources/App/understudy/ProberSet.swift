internal import ClusterModel
internal import Coordination
internal import HealthTracking
internal import Probing
internal import Proxying
internal import Reactor
internal import Settings

/// One prober a node, and the traffic that rings them.
struct ProberSet: Sendable {
    private let probers: [NodeID: NodeProber]
    private let heedsTraffic: Bool

    init(_ settings: Settings, _ nodes: NodeSet, _ waiter: DescriptorWaiter) throws {
        probers = try Dictionary(uniqueKeysWithValues: nodes.observers.map { id, observer in
            (id, try NodeProber(observer: observer, policy: settings.healthPolicy(id.number), waiter: waiter))
        })
        heedsTraffic = settings[\.health.failoverOnBackendError]
    }

    /// Probes the node a fact is about, at once.
    func note(_ fact: ProxyFact) {
        switch fact {
        case .evidence(let node, _, _), .standbyAsPrimary(let node, _): if heedsTraffic { probers[node]?.evidenceArrived() }
        case .connected: break
        }
    }

    /// Watches the commits of the primary, and of nobody else.
    func watchCommits(of primary: NodeID?) {
        for (node, prober) in probers { prober.watchCommits(node == primary) }
    }

    /// Probes every node until cancelled.
    func run(_ report: @escaping @Sendable (NodeReport) -> Void) async {
        await withDiscardingTaskGroup { group in
            for (node, prober) in probers {
                group.addTask { await prober.run { health in report(NodeReport(node, health)) } }
            }
        }
    }
}

extension NodeReport {
    fileprivate init(_ node: NodeID, _ health: NodeHealth) {
        let verdict: Verdict = switch health.verdict {
        case .up: .up
        case .wedged: .wedged
        case .suspect, nil: .suspect
        case .down: .down
        }
        self.init(node: node, verdict: verdict, isGone: health.isGone, reason: health.reason, observation: health.observation)
    }
}
