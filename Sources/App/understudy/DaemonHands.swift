internal import ClusterModel
internal import Coordination
internal import Failover
internal import Hooks
internal import NodeControl
internal import Proxying

/// Does what the coordinator orders, with the proxy, the nodes and the hooks.
struct DaemonHands: ClusterHands {
    let proxy: Proxy
    let nodes: NodeSet
    let hooks: HookStage
    let probers: ProberSet

    /// A standby that is not sealed by then is tried again with the next look.
    private static let sealLimit = Duration.milliseconds(500)

    func apply(_ topology: Topology) async {
        probers.watchCommits(of: topology.primary?.id)
        await proxy.apply(topology)
    }

    func clients() async -> ClientCounts {
        let count = await proxy.statistics()
        return ClientCounts(connected: count.frontends, held: count.held, told: count.told, ended: count.ended)
    }

    func divergedLog(of node: Node, on timeline: Timeline, from start: LogSequenceNumber) async -> Result<DivergedLog, NodeSilence> {
        do { return .success(try await nodes.host(of: node.id).divergedLog(on: timeline, from: start)) } catch { return .failure(NodeSilence("could not be looked into: \(error)")) }
    }

    func observe(_ node: Node) async -> Election.Answer { await nodes.observe(node.id) }

    func seal(_ node: Node, in epoch: Epoch) async -> Seal { await nodes.hands(of: node.id).seal(in: epoch, within: Self.sealLimit) }

    func unseal(_ node: Node, sealedIn sealed: Epoch, in epoch: Epoch) async -> String? {
        do { try await nodes.hands(of: node.id).unseal(sealedIn: sealed, in: epoch) } catch { return "\(error)" }
        return nil
    }

    func setSynchronousNames(_ names: String, of node: Node, in epoch: Epoch) async -> String? {
        do { try await nodes.hands(of: node.id).set("synchronous_standby_names", names, in: epoch) } catch { return "\(error)" }
        return nil
    }

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
