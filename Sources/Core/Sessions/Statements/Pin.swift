/// Why a session can no longer be moved to another node: the first thing it did that cannot be rebuilt there.
package struct Pin: Hashable, Sendable, CustomStringConvertible {
    /// For people: `SET search_path`, `LISTEN`, `the function f`.
    package let description: String
    package init(_ description: String) { self.description = description }
}
