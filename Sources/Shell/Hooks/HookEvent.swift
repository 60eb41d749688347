package import ClusterModel

/// One occurrence of an event, as its hooks see it.
package struct HookEvent: Sendable {
    /// What every event says of itself.
    package struct Header: Sendable {
        /// The same through every restart and attempt; steps are recorded under it.
        package var id: String
        package var epoch: Epoch
        /// Seconds since 1970, for people.
        package var at: Double
        /// 1 for the first.
        package var attempt: Int
        /// `health_check`, `operator`, `api`, `schedule`.
        package var cause: String
        package var requestedBy: String?

        package init(id: String, epoch: Epoch, at: Double, attempt: Int = 1, cause: String = "health_check", requestedBy: String? = nil) {
            self.id = id
            self.epoch = epoch
            self.at = at
            self.attempt = attempt
            self.cause = cause
            self.requestedBy = requestedBy
        }
    }

    package let schema: EventSchema
    package internal(set) var header: Header
    package let cluster: HookCluster
    /// What its hooks are given together; what is kept for undoing is left out.
    var budget: Duration
    /// The event's own fields; the schema names each.
    let fields: [String: HookValue]

    init(schema: EventSchema, _ header: Header, _ cluster: HookCluster, _ fields: [String: HookValue]) {
        self.schema = schema
        self.header = header
        self.cluster = cluster
        self.fields = fields
        budget = schema.budget
    }

    /// `lost` is gone and `candidate` is to be promoted. `candidates` begin with the freshest; `lastPrimaryLSN` is the
    /// furthest position of the lost primary that was seen.
    package static func failover(_ header: Header, in cluster: HookCluster, lost: NodeID, candidate: NodeID?, candidates: [NodeID],
                                 lastPrimaryLSN: LogSequenceNumber?) -> HookEvent {
        let position = candidate.flatMap { id in cluster.nodes.first { $0.node.id == id }?.walEnd }
        let lag = lastPrimaryLSN.flatMap { last in position.map { last.bytesAhead(of: $0) } }
        return HookEvent(schema: .failover, header, cluster, [
            "node": value(lost), "old_primary": value(lost), "new_main": value(candidate), "candidates": .list(candidates.map { value($0) }),
            "last_primary_lsn": lastPrimaryLSN.map { HookValue($0.bytes) } ?? .none, "lag_bytes": lag.map { HookValue($0) } ?? .none,
        ])
    }

    /// The failover that answered the loss of `lost` is over; `error` says why it failed, if it did.
    package static func failoverFinished(_ header: Header, in cluster: HookCluster, lost: NodeID, primary: NodeID?, outcome: String,
                                         error: String?, took: Duration) -> HookEvent {
        HookEvent(schema: .failoverFinished, header, cluster, [
            "ok": .boolean(error == nil), "node": value(lost), "old_primary": value(lost), "new_primary": value(primary),
            "outcome": .text(outcome), "error": HookValue(error), "took": .double(took / .seconds(1)),
        ])
    }

    /// `node` is out of service.
    package static func nodeDown(_ header: Header, in cluster: HookCluster, node: NodeID, wasPrimary: Bool, error: String) -> HookEvent {
        HookEvent(schema: .nodeDown, header, cluster, ["node": value(node), "was_primary": .boolean(wasPrimary), "error": .text(error)])
    }

    private static func value(_ node: NodeID?) -> HookValue { node.map { HookValue($0.number) } ?? .none }

    /// As the sandbox is told, and the journal keeps it.
    var value: HookValue {
        var values = fields
        values["id"] = .text(header.id)
        values["name"] = .text(schema.name)
        values["at"] = .double(header.at)
        values["deadline"] = .double(header.at + budget / .seconds(1))
        values["epoch"] = HookValue(header.epoch.number)
        values["attempt"] = HookValue(header.attempt)
        values["cause"] = .text(header.cause)
        values["requested_by"] = HookValue(header.requestedBy)
        return ["name": .text(schema.name), "values": .map(values), "cluster": cluster.value]
    }
}
