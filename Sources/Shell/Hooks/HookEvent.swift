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
        /// The generation of hooks that the event began with.
        package var generation = 0
        /// The event that caused this one.
        package var parent: String?

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
    package var header: Header
    package let cluster: HookCluster
    /// What its hooks are given together; what is kept for undoing is left out.
    var budget: Duration
    /// When this run of it begins, in seconds since 1970; nil until then.
    var runsFrom: Double?
    /// Whether its effects are only planned.
    var isDryRun = false
    /// The event's own fields; the schema names each.
    let fields: [String: HookValue]

    /// `fields` are the event's own, by the schema's names; what is nil may be left out.
    package init(_ schema: EventSchema, _ header: Header, in cluster: HookCluster, _ fields: [String: HookValue] = [:]) {
        let known = Set(schema.ownFields.map(\.name))
        precondition(fields.keys.allSatisfy(known.contains), "\(schema.name) has no \(fields.keys.filter { !known.contains($0) })")
        self.schema = schema
        self.header = header
        self.cluster = cluster
        self.fields = fields
        budget = schema.budget
    }

    /// As the sandbox is told, and the journal keeps it.
    var value: HookValue {
        var values = fields
        values["id"] = .text(header.id)
        values["name"] = .text(schema.name)
        values["at"] = .double(header.at)
        values["deadline"] = .double((runsFrom ?? header.at) + budget / .seconds(1))
        values["epoch"] = HookValue(header.epoch.number)
        values["attempt"] = HookValue(header.attempt)
        values["cause"] = .text(header.cause)
        values["requested_by"] = HookValue(header.requestedBy)
        values["generation"] = HookValue(header.generation)
        values["parent"] = HookValue(header.parent)
        // With one member nobody else could lead.
        values["term"] = 0
        values["dry_run"] = .boolean(isDryRun)
        return ["name": .text(schema.name), "values": .map(values), "cluster": cluster.value]
    }
}
