/// A node's number, as in `backend_hostname0`; stable for the life of the configuration.
package struct NodeID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let number: Int
    package init(_ number: Int) { self.number = number }
    package var description: String { String(number) }
    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// The fencing token: rises each time a primary is declared lost or named, and never falls.
///
/// Every effect of a failover carries the epoch it was decided in; an effect with an old one is refused.
package struct Epoch: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
    /// Before any primary was ever named.
    package static let zero = Epoch(0)
    package var next: Epoch { Epoch(number + 1) }
    package var description: String { String(number) }
    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// PostgreSQL's history number: a promotion starts a new one.
package struct Timeline: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let number: UInt32
    package init(_ number: UInt32) { self.number = number }
    package var description: String { String(number) }
    package static func < (a: Self, b: Self) -> Bool { a.number < b.number }
}

/// What initdb stamped on a cluster; two servers that differ in it can never be one cluster.
package struct SystemIdentifier: Hashable, Sendable, Codable, CustomStringConvertible {
    package let number: UInt64
    package init(_ number: UInt64) { self.number = number }
    package var description: String { String(number) }
}
