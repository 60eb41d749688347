package import ClusterModel

/// The events that the engine fires, from what it knows.
extension HookEvent {
    /// `lost` is gone and `candidate` is to be promoted. `candidates` begin with the freshest; `lastPrimaryLSN` is the
    /// furthest position of the lost primary that was seen.
    package static func failover(_ header: Header, in cluster: HookCluster, lost: NodeID, candidate: NodeID?, candidates: [NodeID],
                                 lastPrimaryLSN: LogSequenceNumber?) -> HookEvent {
        HookEvent(.failover, header, in: cluster, substitution(lost, candidate, oldPrimary: lost).merging([
            "candidates": list(candidates), "last_primary_lsn": value(lastPrimaryLSN), "lag_bytes": cluster.lag(of: candidate, behind: lastPrimaryLSN), "promoting": true,
        ]) { $1 })
    }

    /// May `candidate` be promoted?
    package static func approveFailover(_ header: Header, in cluster: HookCluster, lost: NodeID, candidate: NodeID, candidates: [NodeID],
                                        lastPrimaryLSN: LogSequenceNumber?) -> HookEvent {
        HookEvent(.approveFailover, header, in: cluster, [
            "node": value(lost), "old_primary": value(lost), "new_main": value(candidate), "candidates": list(candidates),
            "last_primary_lsn": value(lastPrimaryLSN), "lag_bytes": cluster.lag(of: candidate, behind: lastPrimaryLSN),
        ])
    }

    /// Who of `candidates` is to be promoted?
    package static func chooseCandidate(_ header: Header, in cluster: HookCluster, lost: NodeID, candidates: [NodeID], lastPrimaryLSN: LogSequenceNumber?,
                                        reason: String) -> HookEvent {
        HookEvent(.chooseCandidate, header, in: cluster, [
            "node": value(lost), "candidates": list(candidates), "last_primary_lsn": value(lastPrimaryLSN), "reason": .text(reason),
        ])
    }

    /// `lost` must not write any more.
    package static func fencePrimary(_ header: Header, in cluster: HookCluster, lost: NodeID, candidate: NodeID, isReachable: Bool) -> HookEvent {
        HookEvent(.fencePrimary, header, in: cluster, ["node": value(lost), "new_main": value(candidate), "reachable": .boolean(isReachable)])
    }

    /// The failover that answered the loss of `lost` is over; `error` says why it failed, if it did.
    package static func failoverFinished(_ header: Header, in cluster: HookCluster, lost: NodeID, primary: NodeID?, outcome: String,
                                         error: String?, took: Duration?, lostBytes: UInt64? = nil, steps: [String]? = nil) -> HookEvent {
        HookEvent(.failoverFinished, header, in: cluster, [
            "ok": .boolean(error == nil), "node": value(lost), "old_primary": value(lost), "new_primary": value(primary),
            "outcome": .text(outcome), "error": HookValue(error), "took": took.map { .double($0 / .seconds(1)) } ?? .none,
            "lost_bytes": lostBytes.map { HookValue($0) } ?? .none, "steps": steps.map { .list($0.map(HookValue.text)) } ?? .none,
        ])
    }

    /// A standby is out of service.
    package static func standbyLost(_ header: Header, in cluster: HookCluster, node: NodeID) -> HookEvent {
        HookEvent(.standbyLost, header, in: cluster,
                  substitution(node, cluster.primary, oldPrimary: cluster.primary).merging(["primary": value(cluster.primary), "promoting": false]) { $1 })
    }

    /// A second server is writable.
    package static func falsePrimary(_ header: Header, in cluster: HookCluster, node: NodeID, primary: NodeID, timeline: Timeline) -> HookEvent {
        HookEvent(.falsePrimary, header, in: cluster, ["node": value(node), "primary": value(primary), "timeline": HookValue(timeline.number)])
    }

    /// May `node` be declared down?
    package static func approveNodeDown(_ header: Header, in cluster: HookCluster, node: NodeID, error: String, downFor: Duration) -> HookEvent {
        HookEvent(.approveNodeDown, header, in: cluster, ["node": value(node), "error": .text(error), "down_for": .double(downFor / .seconds(1))])
    }

    /// `node` is out of service.
    package static func nodeDown(_ header: Header, in cluster: HookCluster, node: NodeID, wasPrimary: Bool, error: String) -> HookEvent {
        HookEvent(.nodeDown, header, in: cluster, ["node": value(node), "was_primary": .boolean(wasPrimary), "error": .text(error)])
    }

    /// `node` is in service again.
    package static func nodeUp(_ header: Header, in cluster: HookCluster, node: NodeID, downFor: Duration?) -> HookEvent {
        HookEvent(.nodeUp, header, in: cluster, ["node": value(node), "down_for": downFor.map { .double($0 / .seconds(1)) } ?? .none])
    }

    /// `node` went into service, or out of it; `schema` says which, and how.
    package static func membership(_ schema: EventSchema, _ header: Header, in cluster: HookCluster, node: NodeID, by: String, reason: String) -> HookEvent {
        HookEvent(schema, header, in: cluster, ["node": value(node), "by": .text(by), "reason": .text(reason)])
    }

    /// A probe of `node` found something else than the one before.
    package static func healthChanged(_ header: Header, in cluster: HookCluster, node: NodeID, from: String?, to: String, error: String, failures: Int) -> HookEvent {
        HookEvent(.healthChanged, header, in: cluster, [
            "node": value(node), "from": HookValue(from), "to": .text(to), "error": HookValue(error.isEmpty ? nil : error), "failures": HookValue(failures),
        ])
    }

    /// Somebody should look.
    package static func alert(_ header: Header, in cluster: HookCluster, severity: String, title: String, text: String, node: NodeID?) -> HookEvent {
        HookEvent(.alert, header, in: cluster, ["severity": .text(severity), "title": .text(title), "text": .text(text), "node": value(node)])
    }

    // MARK: Values

    /// What pgpool's placeholders stand for. Before and after a failover of streaming replication the main node is the primary.
    private static func substitution(_ node: NodeID, _ newMain: NodeID?, oldPrimary: NodeID?) -> [String: HookValue] {
        ["node": value(node), "new_main": value(newMain), "old_main": value(oldPrimary), "old_primary": value(oldPrimary)]
    }

    /// A node as a field of an event.
    package static func value(_ node: NodeID?) -> HookValue { node.map { HookValue($0.number) } ?? .none }
    private static func value(_ position: LogSequenceNumber?) -> HookValue { position.map { HookValue($0.bytes) } ?? .none }
    private static func list(_ nodes: [NodeID]) -> HookValue { .list(nodes.map { value($0) }) }
}

extension HookCluster {
    fileprivate func lag(of node: NodeID?, behind last: LogSequenceNumber?) -> HookValue {
        let position = node.flatMap { id in nodes.first { $0.node.id == id }?.walEnd }
        guard let last, let position else { return .none }
        return HookValue(last.bytesAhead(of: position))
    }
}
