package import ClusterModel

/// The cluster as an event's hooks see it: a snapshot.
package struct HookCluster: Sendable {
    /// One node and what was seen of it.
    package struct Member: Sendable {
        package var node: Node
        package var status: NodeStatus
        /// nil when the node did not answer.
        package var role: Role?
        package var walEnd: LogSequenceNumber?
        package var timeline: Timeline?
        /// Behind the furthest position known of the primary.
        package var lagBytes: UInt64?
        /// The major version of its server.
        package var version: Int?
        /// The name of the node that it streams from.
        package var follows: String?

        package init(node: Node, status: NodeStatus, role: Role? = nil, walEnd: LogSequenceNumber? = nil, timeline: Timeline? = nil, lagBytes: UInt64? = nil,
                     version: Int? = nil, follows: String? = nil) {
            self.node = node
            self.status = status
            self.role = role
            self.walEnd = walEnd
            self.timeline = timeline
            self.lagBytes = lagBytes
            self.version = version
            self.follows = follows
        }
    }

    package var name: String
    package var nodes: [Member]
    /// The node that takes writes; nil while there is none.
    package var primary: NodeID?

    package init(name: String, nodes: [Member], primary: NodeID?) {
        self.name = name
        self.nodes = nodes
        self.primary = primary
    }

    package var value: HookValue {
        ["name": .text(name), "nodes": .list(nodes.map(\.value)), "primary": primary.map { HookValue($0.number) } ?? .none]
    }
}

extension HookCluster.Member {
    var value: HookValue {
        [
            "id": HookValue(node.id.number), "name": .text(node.name), "host": .text(node.host), "port": HookValue(node.port),
            "pgdata": .text(node.dataDirectory), "zone": .text(node.zone), "priority": HookValue(node.priority), "slot_name": .text(node.slotName),
            "status": .text(status.rawValue), "role": HookValue(role?.rawValue), "lsn": walEnd.map { HookValue($0.bytes) } ?? .none,
            "timeline": timeline.map { HookValue($0.number) } ?? .none, "lag_bytes": lagBytes.map { HookValue($0) } ?? .none,
            "version": version.map { HookValue($0) } ?? .none, "follows": HookValue(follows),
        ]
    }
}

extension HookCluster {
    /// From the journal; nil where it is none.
    init?(stored value: HookValue) {
        guard let name = value["name"].text, let nodes = value["nodes"].list else { return nil }
        self.init(name: name, nodes: nodes.compactMap { Member(stored: $0) }, primary: value["primary"].integer.map { NodeID(Int(clamping: $0)) })
    }
}

extension HookCluster.Member {
    init?(stored value: HookValue) {
        guard let id = value["id"].integer, let name = value["name"].text, let host = value["host"].text, let port = value["port"].integer else { return nil }
        let node = Node(id: NodeID(Int(clamping: id)), name: name, host: host, port: Int(clamping: port), dataDirectory: value["pgdata"].text ?? "",
                        zone: value["zone"].text ?? "", priority: Int(clamping: value["priority"].integer ?? 1))
        self.init(node: node, status: NodeStatus(rawValue: value["status"].text ?? "") ?? .down, role: value["role"].text.flatMap(Role.init),
                  walEnd: value["lsn"].integer.map { LogSequenceNumber(bytes: UInt64(clamping: $0)) }, timeline: value["timeline"].integer.map { Timeline(UInt32(clamping: $0)) },
                  lagBytes: value["lag_bytes"].integer.map { UInt64(clamping: $0) }, version: value["version"].integer.map { Int(clamping: $0) },
                  follows: value["follows"].text)
    }
}
