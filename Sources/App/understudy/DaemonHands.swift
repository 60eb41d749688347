internal import ClusterModel
internal import Coordination
internal import Failover
internal import Proxying

/// Does what the coordinator orders, with the proxy, the nodes and the hooks.
struct DaemonHands: ClusterHands {
    let proxy: Proxy
    let nodes: NodeSet
    let hooks: HookStage

    func apply(_ topology: Topology) async { await proxy.apply(topology) }

    func observe(_ node: Node) async -> Election.Answer { await nodes.observe(node.id) }

    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure> { await hooks.promote(request) }

    func tell(_ notice: ClusterNotice, observations: [NodeID: NodeObservation]) async { hooks.tell(notice, observations) }
}
