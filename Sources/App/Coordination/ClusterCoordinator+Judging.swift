internal import ClusterModel
internal import Failover
internal import Foundation

/// What a report of a node's prober means for the cluster.
extension ClusterCoordinator {
    func judge(_ report: NodeReport) async {
        noteSeal(report)
        switch state.phase {
        case .unformed: await adoptPrimary()
        case .open(let primary) where primary == report.node: await judgePrimary(report)
        case .open, .closed, .promoting: await judgeOther(report)
        }
    }

    /// Names the first primary of a cluster without a history, once every node was looked at.
    private func adoptPrimary() async {
        guard nodes.allSatisfy({ reports[$0.id] != nil }) else { return }
        switch Adoption.judge(reports.mapValues(\.answer), nodes: nodes) {
        case .wait(let reason): await close(reason)
        case .adopt(let primary, let identifier, let timeline):
            guard await decide(.adopt(primary: primary, systemIdentifier: identifier, timeline: timeline)) else { return }
            await record("primary_adopted", node: primary, "\(name(primary)) is the primary of this cluster")
            for node in nodes { if let report = reports[node.id] { await judge(report) } }
        }
    }

    private func judgePrimary(_ report: NodeReport) async {
        guard let node = node(report.node) else { return }
        if let hold = state.hold(of: node.id), canBeFollowed(node), !state.isInMaintenance { return await declareLost(node, hold.words) }
        let isWedged = report.verdict == .wedged && canBeFollowed(node) && !state.isInMaintenance
        let silence = report.isGone || isWedged ? report.reason : nil
        switch PrimaryReview(of: node, isWedged ? nil : report.observation, silence: silence, state: state, nodes: nodes) {
        case .unknown: break
        case .lost(let reason):
            if state.isInMaintenance { return await close("\(node.name), the primary, \(reason); maintenance is on, so nothing is done") }
            if silence != nil, node.mayFailOver, await !mayDeclareDown(node, reason) { return }
            if node.mayFailOver { await declareLost(node, reason) } else { await close("\(node.name) \(reason), and DISALLOW_TO_FAILOVER keeps it the primary") }
        case .sound(let set):
            // What is acknowledged after the gate opens is acknowledged by this set.
            if set != state.synchronousSet { _ = await decide(.setSynchronousSet(set, epoch: state.epoch)) }
            guard state.openPrimary == node.id, state.synchronousSet == set else { return }
            if !isPrimaryConfirmed || publishedTopology?.primary == nil {
                isPrimaryConfirmed = true
                await publish()
            }
            if let observation = report.observation { inquireAfterFailover(observation) }
            clientsBefore = await hands.clients()
            if state.health(of: node.id).status != .up { _ = await decide(.setStatus(node: node.id, status: .up, reason: "")) }
        }
    }

    /// Whether a standby is there for a primary that still answers reads: without one, closing the gate would only take those too.
    func canBeFollowed(_ primary: Node) -> Bool {
        nodes.contains { node in
            guard node.id != primary.id, node.priority > 0, let report = reports[node.id], report.verdict == .up else { return false }
            return report.observation?.role == .standby && state.service(of: node.id).status != .down
        }
    }

    private func declareLost(_ primary: Node, _ reason: String) async {
        let event = EventID.make()
        guard await decide(.declareLost(primary: primary.id, epoch: state.epoch, reason: reason, event: event)) else { return }
        closedReason = "\(primary.name), the primary, \(reason)"
    }

    /// A node that is not the open primary: in service while it belongs to it, out of service when it does not answer or must not be used.
    private func judgeOther(_ report: NodeReport) async {
        guard let node = node(report.node), state.loss?.primary != node.id, promotionCandidate != node.id else { return }
        let kinship = report.observation.map { Kinship(of: $0, in: state, primary: openPrimarySeen) } ?? .member
        let reason = report.verdict == .down ? report.reason : kinship.reason
        if report.verdict == .suspect, reason.isEmpty { return }
        let status: NodeStatus = reason.isEmpty ? .up : .down
        let health = state.health(of: node.id), before = state.service(of: node.id).status
        guard health.status != status || health.reason != reason else { return }
        if report.verdict == .down, before != .down, await !mayDeclareDown(node, reason) { return }
        let since = statusChanges[node.id]
        guard await decide(.setStatus(node: node.id, status: status, reason: reason)) else { return }
        let wasSo = kinships.updateValue(kinship.kind, forKey: node.id) == kinship.kind
        // Of a stray that is known, more may be known now: that is for the views.
        if kinship.kind != .stray || !wasSo {
            let kind = status == .up ? "node_up" : kinship.kind == .stray ? "false_primary" : "node_down"
            await record(kind, node: node.id, status == .up ? "\(node.name) answers as it should" : "\(node.name) \(reason)")
        }
        // One that somebody keeps out of service is out of it all the time.
        let after = state.service(of: node.id).status
        if after == .down, before != .down { await tellDown(node, reason) }
        if after != .down, before == .down { await tellUp(node, downFor: since.map { .seconds(-$0.timeIntervalSinceNow) }, parent: nil) }
        if let fork = kinship.fork, let timeline = report.observation?.timeline { inquire(LossInquiry(node: node.id, timeline: timeline, fork: fork)) }
        if !wasSo { await tell(node, kinship, report.observation) }
    }

    /// A server that is there and must not be used: somebody should look.
    private func tell(_ node: Node, _ kinship: Kinship, _ seen: NodeObservation?) async {
        let text = "\(node.name) \(kinship.reason)"
        switch kinship.kind {
        case .member: break
        case .stray:
            // Hooks that have work to do are no business of maintenance.
            if state.isInMaintenance { return await tell(ClusterNotice(.alert(.warning, title: "a second server is writable", text: text, node: node))) }
            guard let primary = state.openPrimary.flatMap(self.node), let seen else { return }
            await tell(ClusterNotice(.falsePrimary(node, primary: primary, timeline: seen.timeline)))
        case .foreign: await tell(ClusterNotice(.alert(.warning, title: "a server of another cluster", text: text, node: node)))
        case .diverged: await tell(ClusterNotice(.alert(.warning, title: "a standby has diverged", text: text, node: node)))
        }
    }

    /// What was seen of the open primary last.
    private var openPrimarySeen: (name: String, seen: NodeObservation)? {
        guard let primary = state.openPrimary, let seen = reports[primary]?.observation else { return nil }
        return (name(primary), seen)
    }

    private var promotionCandidate: NodeID? {
        if case .promoting(let candidate, _) = state.phase { candidate } else { nil }
    }
}

extension NodeReport {
    /// The report as an election sees it: one that cannot commit is as good as gone.
    var answer: Election.Answer {
        if let observation, verdict != .wedged { return .success(observation) }
        return .failure(NodeSilence(reason.isEmpty ? "has not answered yet" : reason))
    }
}
