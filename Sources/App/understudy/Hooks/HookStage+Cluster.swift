internal import ClusterModel
internal import Coordination
internal import Failover
internal import Foundation
internal import Hooks
internal import Logging
internal import Storage

/// What the coordinator asks of hooks, and what it tells them.
extension HookStage {
    /// Runs the `failover` event for a request.
    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure> {
        let event = HookEvent.failover(header(request), in: cluster(request), lost: request.lost.id, candidate: request.candidate.id, candidates: request.candidates,
                                       lastPrimaryLSN: request.lastPrimaryLSN)
        switch await run(event, bundledOnly: request.bundledOnly) {
        case .done: return .success(())
        case .skipped(let hook, let reason): return .failure(PromotionFailure("hook \(hook) left the failover event alone: \(reason)"))
        case .retry(let hook, let after, let reason):
            // The engine tries again by itself; a hook may ask it to wait for a while before.
            do { try await Task.sleep(for: min(after, Self.longestPause)) } catch { return .failure(PromotionFailure("the daemon is stopping")) }
            return .failure(PromotionFailure("hook \(hook) asks for another attempt: \(reason)"))
        case .passed, .chosen, .vetoed: return .failure(PromotionFailure("no hook took care of the failover event"))
        case .failed(let fault): return .failure(PromotionFailure(fault.description))
        }
    }

    /// A hook may ask the engine to wait this long before another attempt at a promotion, with clients held.
    private static let longestPause = Duration.seconds(10)

    /// Asks who is to be promoted; empty is no opinion.
    func chooseCandidate(_ request: PromotionRequest, reason: String) async -> [NodeID] {
        let event = HookEvent.chooseCandidate(header(request, "choose"), in: cluster(request), lost: request.lost.id, candidates: request.candidates,
                                              lastPrimaryLSN: request.lastPrimaryLSN, reason: reason)
        guard case .chosen(_, let value) = await run(event) else { return [] }
        return value.list?.compactMap { $0.integer.map { NodeID(Int($0)) } } ?? []
    }

    /// Asks whether the candidate may be promoted.
    func approveFailover(_ request: PromotionRequest) async -> Consent {
        consent(await run(.approveFailover(header(request, "approve"), in: cluster(request), lost: request.lost.id, candidate: request.candidate.id, candidates: request.candidates,
                                           lastPrimaryLSN: request.lastPrimaryLSN)))
    }

    /// Runs the `fence_primary` event; nobody taking care of it is not a failure.
    func fencePrimary(_ request: PromotionRequest) async -> FencingOutcome {
        switch await run(fencing(request)) {
        case .done: return .fenced
        case .skipped(_, let reason), .retry(_, _, let reason): return .failed(reason: reason)
        case .passed, .chosen, .vetoed: return .nobody
        case .failed(let fault): return .failed(reason: fault.description)
        }
    }

    private func fencing(_ request: PromotionRequest) -> HookEvent {
        let isReachable = request.observations[request.lost.id] != nil
        return .fencePrimary(header(request, "fence"), in: cluster(request), lost: request.lost.id, candidate: request.candidate.id, isReachable: isReachable)
    }

    /// Asks whether a node may be declared down.
    func approveNodeDown(_ node: Node, reason: String, downFor: Duration, in snapshot: ClusterSnapshot) async -> Consent {
        consent(await run(.approveNodeDown(header(epoch: snapshot.epoch), in: HookCluster(clusterName, snapshot), node: node.id, error: reason, downFor: downFor)))
    }

    private func consent(_ outcome: HookOutcome) -> Consent {
        guard case .vetoed(let veto) = outcome else { return .granted }
        return .refused(reason: "hook \(veto.hook): \(veto.reason)", retry: veto.retry, wantsNext: veto.wantsNext)
    }

    /// Each event of a failover has an id of its own, that of its `part` behind the failover's.
    private func header(_ request: PromotionRequest, _ part: String? = nil) -> HookEvent.Header {
        var header = header(part.map { "\(request.event)-\($0)" } ?? request.event, epoch: request.epoch, parent: part == nil ? nil : request.event)
        header.attempt = request.attempt
        return header
    }

    private func cluster(_ request: PromotionRequest) -> HookCluster {
        let replication = Replication(nodes: request.nodes, seen: request.observations, primary: nil)
        return HookCluster(name: clusterName, nodes: request.nodes.map { node in
            let seen = request.observations[node.id]
            return HookCluster.Member(node: node, status: seen == nil ? .down : .up, role: seen?.role, walEnd: seen?.walEnd, timeline: seen?.timeline,
                                      version: seen.map { $0.serverVersion / 10_000 }, follows: replication.source(of: node.id)?.name)
        }, primary: nil)
    }

    // MARK: Notices

    private static let toldStep = "told"

    /// Whether hooks heard of an event, or began to; where none wanted to hear of it, they are not told later either.
    func wasTold(_ event: String) async -> Bool {
        do {
            if try await store.stepValue(event: event, name: Self.toldStep) != nil { return true }
            return try await !record.runs(of: event).isEmpty
        } catch {
            logger.error("whether hooks were told of \(event) cannot be looked up: \(error)")
            return true
        }
    }

    /// Remembers that hooks were told how a failover ended.
    func noteTold(_ event: String) async {
        do { try await store.recordStep(event: event, name: Self.toldStep, value: []) } catch { logger.error("that hooks were told of \(event) cannot be recorded: \(error)") }
    }

    /// Queues a notice for the hooks that want it.
    func tell(_ notice: ClusterNotice, _ snapshot: ClusterSnapshot) {
        let cluster = HookCluster(clusterName, snapshot)
        let header = header(notice.event, epoch: snapshot.epoch, parent: notice.parent)
        switch notice.fact {
        case .healthChanged(let node, let from, let to, let reason, let failures):
            tell(.healthChanged(header, in: cluster, node: node.id, from: from?.rawValue, to: to.rawValue, error: reason, failures: failures))
        case .nodeDown(let node, let wasPrimary, let reason): tell(.nodeDown(header, in: cluster, node: node.id, wasPrimary: wasPrimary, error: reason))
        case .nodeUp(let node, let downFor): tell(.nodeUp(header, in: cluster, node: node.id, downFor: downFor))
        case .membership(let node, let change, let by, let reason):
            let schema: EventSchema = switch change {
            case .attached: .nodeAttached
            case .detached: .nodeDetached
            case .quarantined: .nodeQuarantined
            case .unquarantined: .nodeUnquarantined
            }
            tell(.membership(schema, header, in: cluster, node: node.id, by: by, reason: reason))
        case .fencing(let request): tell(fencing(request))
        case .standbyLost(let node): tell(.standbyLost(header, in: cluster, node: node.id))
        case .falsePrimary(let node, let primary, let timeline): tell(.falsePrimary(header, in: cluster, node: node.id, primary: primary.id, timeline: timeline))
        case .alert(let severity, let title, let text, let node):
            tell(.alert(header, in: cluster, severity: severity.rawValue, title: title, text: text, node: node?.id))
        case .failoverFinished(let finish):
            tell(.failoverFinished(header, in: cluster, lost: finish.lost.id, primary: finish.primary?.id, outcome: finish.outcome, error: finish.isOK ? nil : finish.message,
                                   took: finish.milliseconds.map { .milliseconds(Int64($0)) }, lostBytes: finish.lostBytes,
                                   steps: finish.phases.map { "\($0.name) \(Int64($0.ms.rounded()))" }))
        }
    }
}
