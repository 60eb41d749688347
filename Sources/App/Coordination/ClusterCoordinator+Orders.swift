package import ClusterModel
package import Failover
internal import Foundation

/// Why an order was not carried out: what is so, and what to do.
package struct OrderRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

/// What operators and hooks order. Each returns a sentence that says what is so now; the decision is in the control log by then.
extension ClusterCoordinator {
    /// Keeps a node out of service until `attach`, over restarts too. Without the primary there is a failover, and only when that is asked for.
    package func detach(_ id: NodeID, _ hold: Hold, failsOver: Bool = false) async throws(OrderRefused) -> String {
        let node = try known(id)
        // Hooks may order twice what they order.
        if let earlier = state.hold(of: id), earlier.kind == hold.kind { return "\(node.name) \(earlier.words) already" }
        if state.openPrimary == id { try checkFailover(of: node, failsOver) }
        if state.loss?.primary == id || isBeingPromoted(id) { throw OrderRefused("\(node.name) is part of the failover under way: wait for its end") }
        let before = state.service(of: id).status
        guard await decide(.hold(node: id, hold)) else { throw OrderRefused(Self.undecided) }
        await record("node_\(hold.kind.rawValue)", node: id, "\(node.name) \(hold.words)")
        let event = EventID.make()
        if before != .down, state.openPrimary != id, !state.isInMaintenance { await tell(ClusterNotice(.standbyLost(node), event: event)) }
        await tell(ClusterNotice(.membership(node, hold.kind == .detached ? .detached : .quarantined, by: Self.title(hold.by), reason: hold.reason), parent: event))
        inbox.postAgain(id)
        return state.openPrimary == id ? "\(node.name) is detached, and a failover begins" : "\(node.name) is \(hold.kind.rawValue)"
    }

    private func checkFailover(of node: Node, _ failsOver: Bool) throws(OrderRefused) {
        guard failsOver else { throw OrderRefused("\(node.name) is the primary: detaching it is a failover, which has to be asked for (--failover); a switchover loses nothing") }
        guard node.mayFailOver else { throw OrderRefused("\(node.name) is the primary, and DISALLOW_TO_FAILOVER keeps it that") }
        guard !state.isInMaintenance else { throw OrderRefused("\(node.name) is the primary, and maintenance is on: `understudy maintenance off` first") }
        guard canBeFollowed(node) else { throw OrderRefused("\(node.name) is the primary, and no standby in service could take over") }
    }

    /// Lets a node back into service; whether it goes there is for its probes to say. `kind` nil ends whatever keeps it out.
    package func attach(_ id: NodeID, _ kind: Hold.Kind? = nil, by requester: String) async throws(OrderRefused) -> String {
        let node = try known(id), service = state.service(of: id)
        guard let hold = state.hold(of: id), kind == nil || hold.kind == kind else {
            throw OrderRefused(service.status == .down ? "\(node.name) is not detached: it is down because it \(service.reason)" : "\(node.name) is in service already")
        }
        guard await decide(.release(node: id)) else { throw OrderRefused(Self.undecided) }
        await released(node, hold, by: requester)
        let now = state.service(of: id)
        return now.status == .down ? "\(node.name) is attached again, and stays down while it \(now.reason)" : "\(node.name) is in service"
    }

    /// Tells and writes down that nobody keeps a node out any more.
    func released(_ node: Node, _ hold: Hold, by requester: String) async {
        let isUp = state.service(of: node.id).status != .down
        await record(hold.kind == .detached ? "node_attached" : "node_unquarantined", node: node.id, "\(node.name), which \(hold.words), was let back by \(requester)")
        if hold.kind == .quarantined { await tell(ClusterNotice(.membership(node, .unquarantined, by: Self.title(requester), reason: ""))) }
        if isUp { await tell(ClusterNotice(.membership(node, .attached, by: Self.title(requester), reason: ""))) }
        inbox.postAgain(node.id)
    }

    /// Ends holds that have lasted as long as they were to.
    func releaseExpired(at now: Date = Date()) async {
        for node in nodes {
            guard let hold = state.hold(of: node.id), let until = hold.until, now.timeIntervalSince1970 >= until, await decide(.release(node: node.id)) else { continue }
            await released(node, hold, by: "the clock")
        }
    }

    /// While it is on, nothing is done automatically; everything is seen all the same.
    package func setMaintenance(_ isOn: Bool, by requester: String) async throws(OrderRefused) -> String {
        guard state.isInMaintenance != isOn else { throw OrderRefused("maintenance is \(isOn ? "on" : "off") already") }
        if isOn, state.loss != nil { throw OrderRefused("a failover is under way: \(gateReason)") }
        guard await decide(.setMaintenance(isOn: isOn)) else { throw OrderRefused(Self.undecided) }
        await record("maintenance_\(isOn ? "on" : "off")", node: nil, "maintenance was switched \(isOn ? "on" : "off") by \(requester)")
        for node in nodes { inbox.postAgain(node.id) }
        return isOn ? "maintenance is on: nothing is done automatically" : "maintenance is off"
    }

    /// Makes a node the primary while there is none: one that was promoted by hand is taken as it is, a standby is preferred by the failover.
    package func promote(_ id: NodeID, by requester: String) async throws(OrderRefused) -> String {
        let node = try known(id)
        switch state.phase {
        case .unformed: throw OrderRefused("no primary was ever seen: \(gateReason)")
        case .open(let primary) where primary == id: return "\(node.name) is the primary already"
        case .open(let primary) where gateReason.isEmpty: throw OrderRefused("\(name(primary)) is the primary and serves: stop it first, or detach it with --failover")
        case .open(let primary): return try await replace(primary, by: node, requester)
        case .closed(let loss): return try await take(node, instead: loss.primary, requester)
        case .promoting(let candidate, _): throw OrderRefused("\(name(candidate)) is being promoted")
        }
    }

    /// The primary is gone, and something (maintenance, DISALLOW_TO_FAILOVER, a veto) kept that from being a failover.
    private func replace(_ primary: NodeID, by node: Node, _ requester: String) async throws(OrderRefused) -> String {
        let seen = try await fit(node)
        guard case .failure(let silence) = await observe(primary) else { throw OrderRefused("\(name(primary)), the primary, answers: stop it first") }
        let event = EventID.make(), reason = "\(silence.reason); \(requester) promotes \(node.name)"
        guard await decide(.declareLost(primary: primary, epoch: state.epoch, reason: reason, event: event)) else { throw OrderRefused(Self.undecided) }
        if seen.role == .primary { return try await adopt(node, seen, requester) }
        preferred = node.id
        inbox.postAgain(primary)
        return "the failover begins, and prefers \(node.name)"
    }

    private func take(_ node: Node, instead lost: NodeID, _ requester: String) async throws(OrderRefused) -> String {
        let seen = try await fit(node)
        if seen.role == .primary {
            if case .success(let other) = await observe(lost), other.role == .primary, lost != node.id { throw OrderRefused("\(name(lost)) is writable too: stop it first") }
            return try await adopt(node, seen, requester)
        }
        preferred = node.id
        return "the failover under way prefers \(node.name); what keeps it waiting: \(gateReason)"
    }

    /// What was seen of a node just now, when it may become the primary.
    private func fit(_ node: Node) async throws(OrderRefused) -> NodeObservation {
        if let hold = state.hold(of: node.id) { throw OrderRefused("\(node.name) \(hold.words): attach it first") }
        guard case .success(let seen) = await observe(node.id) else { throw OrderRefused("\(node.name) does not answer") }
        guard seen.systemIdentifier == state.systemIdentifier else { throw OrderRefused("\(node.name) answers as a server of another cluster") }
        guard seen.role == .primary, let timeline = state.timeline else { return seen }
        guard let history = seen.history else {
            throw OrderRefused("\(node.name) was promoted by hand, and its history cannot be read: GRANT EXECUTE ON FUNCTION pg_read_binary_file(text, bigint, bigint, boolean)")
        }
        guard history.ancestors.contains(where: { $0.timeline == timeline }) else {
            throw OrderRefused("\(node.name) is writable on timeline \(seen.timeline), which does not come from timeline \(timeline), where the last primary was")
        }
        return seen
    }

    /// A server that somebody promoted by hand is the primary, by the operator's word.
    private func adopt(_ node: Node, _ seen: NodeObservation, _ requester: String) async throws(OrderRefused) -> String {
        for other in nodes where other.id != node.id {
            if case .success(let its) = await observe(other.id), its.role == .primary { throw OrderRefused("\(other.name) is writable too: stop it first") }
        }
        guard await decide(.adoptPromoted(primary: node.id, epoch: state.epoch, timeline: seen.timeline)) else { throw OrderRefused(Self.undecided) }
        let set = SynchronousSet(setting: seen.synchronousStandbyNames, nodes: nodes, primary: node.id)
        if set != state.synchronousSet { _ = await decide(.setSynchronousSet(set, epoch: state.epoch)) }
        confirmPrimary()
        await publish()
        await record("primary_adopted", node: node.id, "\(node.name), promoted by hand, is the primary by the word of \(requester)")
        return "\(node.name) is the primary now"
    }

    private func known(_ id: NodeID) throws(OrderRefused) -> Node {
        guard let node = node(id) else { throw OrderRefused("there is no node \(id): they are \(nodes.map(\.name).joined(separator: ", "))") }
        return node
    }

    private func isBeingPromoted(_ id: NodeID) -> Bool {
        if case .promoting(let candidate, _) = state.phase { candidate == id } else { false }
    }

    private static let undecided = "the control log did not take the decision: see `understudy status`"

    /// As hooks are told who did something: they are told of each other by name, and of people only that it was one.
    private static func title(_ requester: String) -> String { requester.hasPrefix("hook:") ? requester : "operator" }
}
