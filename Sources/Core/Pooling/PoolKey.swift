package import ClusterModel

/// What backends must have in common to serve the same sessions.
package struct PoolKey: Hashable, Sendable, CustomStringConvertible {
    package let database: String
    package let user: String
    package let node: NodeID

    package init(database: String, user: String, node: NodeID) {
        self.database = database
        self.user = user
        self.node = node
    }

    package var description: String { "\(user)@\(database) on node \(node)" }
}
