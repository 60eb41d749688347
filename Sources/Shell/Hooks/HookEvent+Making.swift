package import ClusterModel

/// Events that are not fired by the engine: read from the journal, or made by hand.
extension HookEvent {
    /// From the journal; nil where it is none, or of an event that this version does not know.
    init?(stored value: HookValue) {
        guard let values = value["values"].map, let schema = value["name"].text.flatMap({ EventSchema.byName[$0] }), let cluster = HookCluster(stored: value["cluster"]),
              let id = values["id"]?.text else { return nil }
        let header = Header(id: id, epoch: Epoch(UInt64(clamping: values["epoch"]?.integer ?? 0)), at: values["at"]?.number ?? 0, attempt: Int(clamping: values["attempt"]?.integer ?? 1),
                            cause: values["cause"]?.text ?? "", requestedBy: values["requested_by"]?.text)
        var own = header
        own.generation = Int(clamping: values["generation"]?.integer ?? 0)
        own.parent = values["parent"]?.text
        let known = Set(schema.ownFields.map(\.name))
        self.init(schema, own, in: cluster, values.filter { known.contains($0.key) })
    }

    /// An event that a person fires: about `node`, with fields of their own; what is not said is filled in from the cluster as it is.
    package init(byHand schema: EventSchema, _ header: Header, in cluster: HookCluster, node: NodeID?, set: [String: String]) throws(HookProblem) {
        var fields: [String: HookValue] = [:]
        let own = schema.ownFields
        if let unknown = set.keys.sorted().first(where: { name in !own.contains { $0.name == name } }) {
            throw HookProblem(schema.name, "--set \(unknown): the event has no such field; its fields are \(own.map(\.name).joined(separator: ", "))")
        }
        for field in own { fields[field.name] = try Self.value(of: field, in: cluster, node: node, set[field.name]) }
        self.init(schema, header, in: cluster, fields)
    }

    private static func value(of field: EventSchema.Field, in cluster: HookCluster, node: NodeID?, _ text: String?) throws(HookProblem) -> HookValue {
        let problem = { (expected: String) in HookProblem("--set \(field.name)", "expected \(expected); got \"\(text ?? "")\"") }
        switch field.kind {
        case .node:
            if let text {
                guard let found = cluster.node(named: text) else { throw problem("a node, by name or id") }
                return HookValue(found.number)
            }
            return usual(field.name, in: cluster, node).map { HookValue($0.number) } ?? .none
        case .nodes: return .list(cluster.standbys(without: node).map { HookValue($0.number) })
        case .peer: return .none
        case .peers: return []
        case .texts: return .list(text?.split(separator: ",").map { .text(String($0)) } ?? [])
        case .table: return [:]
        case .text: return text.map(HookValue.text) ?? (field.isOptional ? .none : "")
        case .boolean:
            guard let text else { return field.isOptional ? .none : false }
            guard let value = ["true": true, "on": true, "false": false, "off": false][text] else { throw problem("true or false") }
            return .boolean(value)
        case .integer:
            guard let text else { return field.isOptional ? .none : 0 }
            guard let number = Int64(text) else { throw problem("a whole number") }
            return .integer(number)
        case .number:
            guard let text else { return field.isOptional ? .none : 0 }
            guard let number = Double(text) else { throw problem("a number") }
            return .double(number)
        }
    }

    /// The node that a field of this name is about most often.
    private static func usual(_ name: String, in cluster: HookCluster, _ node: NodeID?) -> NodeID? {
        if name.hasPrefix("new_") { return cluster.standbys(without: node).first }
        if name == "primary" { return cluster.primary }
        if name.hasPrefix("old_") { return cluster.primary ?? node }
        return node
    }
}

extension HookCluster {
    /// By name or id.
    package func node(named text: String) -> NodeID? { nodes.first { $0.node.name == text || String($0.node.id.number) == text }?.node.id }

    /// The standbys, the freshest first.
    func standbys(without node: NodeID?) -> [NodeID] {
        nodes.filter { $0.role == .standby && $0.node.id != node }.sorted { ($0.walEnd ?? .zero) > ($1.walEnd ?? .zero) }.map(\.node.id)
    }
}
