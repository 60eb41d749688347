internal import ClusterModel
internal import Coordination
internal import Failover
internal import NodeControl
internal import Proxying

/// Does what the coordinator orders, with the proxy, the nodes and the hooks.
struct DaemonHands: ClusterHands {
    let proxy: Proxy
    let nodes: NodeSet
    let epochs: EpochRegister

    func apply(_ topology: Topology) async {
        epochs.raise(to: topology.epoch)
        await proxy.apply(topology)
    }

    func observe(_ node: Node) async -> Election.Answer { await nodes.observe(node.id) }

    func promote(_ request: PromotionRequest) async -> Result<Void, HookProblem> {
        epochs.raise(to: request.epoch)
        do {
            try await nodes.hands(of: request.candidate.id).promote(in: request.epoch, within: .seconds(60))
            return .success(())
        } catch { return .failure(HookProblem("\(error)")) }
    }

    func tell(_ notice: ClusterNotice) async {}
}
