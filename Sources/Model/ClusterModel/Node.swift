/// A PostgreSQL server of the cluster, as the configuration names it.
package struct Node: Hashable, Sendable, Identifiable {
    package let id: NodeID
    /// `backend_application_nameN`, else `nodeN`; how people and hooks call it.
    package let name: String
    /// Host name, address, or the absolute path of a socket directory.
    package let host: String
    package let port: Int
    /// PGDATA on the node's host; empty when the configuration does not say.
    package let dataDirectory: String
    /// Where the node stands, to compare with other nodes; empty when the configuration does not say.
    package let zone: String
    /// Preference between equally fresh candidates; 0 means never promoted.
    package let priority: Int
    /// Relative share of reads, as pgpool's `backend_weightN`.
    package let weight: Double
    /// Whether the engine may take the node out of service by itself.
    package let mayFailOver: Bool

    package init(id: NodeID, name: String, host: String, port: Int, dataDirectory: String = "", zone: String = "",
                 priority: Int = 1, weight: Double = 1, mayFailOver: Bool = true) {
        self.id = id
        self.name = name
        self.host = host
        self.port = port
        self.dataDirectory = dataDirectory
        self.zone = zone
        self.priority = priority
        self.weight = weight
        self.mayFailOver = mayFailOver
    }

    /// The replication slot a standby on this node uses: its name in lower case, other characters as `_`.
    package var slotName: String {
        String(name.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}

/// A node's replication role, as the database itself says it.
package enum Role: String, Sendable, CaseIterable { case primary, standby }

/// Whether a node is in service. The words are pgpool's, as users see them.
package enum NodeStatus: String, Sendable, Codable, CaseIterable {
    /// In service; nobody has connected through us since it came into service.
    case waiting
    /// In service.
    case up
    /// Out of service, by the engine or by an operator.
    case down
}
