internal import ClusterModel
internal import Coordination
internal import Failover
internal import Hooks
internal import Proxying

/// Does what the coordinator orders, with the proxy, the nodes and the hooks.
struct DaemonHands: ClusterHands {
    let proxy: Proxy
    let nodes: NodeSet
    let hooks: HookStage

    func apply(_ topology: Topology) async { await proxy.apply(topology) }

    func observe(_ node: Node) async -> Election.Answer { await nodes.observe(node.id) }

    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure> { await hooks.promote(request) }

    func chooseCandidate(_ request: PromotionRequest, reason: String) async -> [NodeID] { await hooks.chooseCandidate(request, reason: reason) }

    func approveFailover(_ request: PromotionRequest) async -> Consent { await hooks.approveFailover(request) }

    func fencePrimary(_ request: PromotionRequest) async -> FencingOutcome { await hooks.fencePrimary(request) }

    func asksBeforeNodeDown() async -> Bool { await hooks.generations.current.catalogue.handles(.approveNodeDown) }

    func approveNodeDown(_ node: Node, reason: String, downFor: Duration, in snapshot: ClusterSnapshot) async -> Consent {
        await hooks.approveNodeDown(node, reason: reason, downFor: downFor, in: snapshot)
    }

    func wasTold(_ event: String) async -> Bool { await hooks.wasTold(event) }

    func tell(_ notice: ClusterNotice, in snapshot: ClusterSnapshot) async { hooks.tell(notice, snapshot) }
}
