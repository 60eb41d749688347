package import ClusterModel

/// Finds the primary of a cluster that has no history here yet.
package enum Adoption: Hashable, Sendable {
    /// The one writable server.
    case adopt(primary: NodeID, systemIdentifier: SystemIdentifier, timeline: Timeline)
    /// Nobody can be named yet; asked again later.
    case wait(reason: String)

    /// Judges what every node answered. A node that is silent does not hold the others up; a second writable server,
    /// another cluster's server, or a standby ahead of the writable one does.
    package static func judge(_ answers: [NodeID: Election.Answer], nodes: [Node]) -> Adoption {
        let seen = nodes.compactMap { node in
            if case .success(let observation)? = answers[node.id] { (node: node, observation: observation) } else { nil }
        }
        let writable = seen.filter { $0.observation.role == .primary }
        guard let primary = writable.first else {
            return .wait(reason: "no node is writable: " + nodes.map { describe($0, answers[$0.id]) }.joined(separator: "; "))
        }
        if writable.count > 1 {
            return .wait(reason: "\(writable.map(\.node.name).joined(separator: " and ")) are both writable: stop the one that should not be")
        }
        for (node, observation) in seen {
            if observation.systemIdentifier != primary.observation.systemIdentifier {
                return .wait(reason: "\(node.name) and \(primary.node.name) belong to different clusters (their system identifiers differ): correct the configuration")
            }
            if observation.timeline > primary.observation.timeline {
                return .wait(reason: "\(node.name) is on timeline \(observation.timeline), ahead of the writable \(primary.node.name) on \(primary.observation.timeline): "
                    + "\(primary.node.name) looks like a primary that was replaced")
            }
        }
        return .adopt(primary: primary.node.id, systemIdentifier: primary.observation.systemIdentifier, timeline: primary.observation.timeline)
    }

    private static func describe(_ node: Node, _ answer: Election.Answer?) -> String {
        switch answer {
        case .success?: "\(node.name) is a standby"
        case .failure(let silence)?: "\(node.name) \(silence.reason)"
        case nil: "\(node.name) was not asked"
        }
    }
}
