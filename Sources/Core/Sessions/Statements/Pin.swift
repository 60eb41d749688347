/// Why a session cannot leave its backend: the first thing it did that cannot be had elsewhere.
package struct Pin: Hashable, Sendable, CustomStringConvertible {
    /// For people: `LISTEN`, `a temporary object`, `the function f`.
    package let description: String
    /// It did. Otherwise it only may have (a function may do anything), which is no reason to keep a backend from others
    /// between two transactions, but one not to pretend after a failover that nothing was lost.
    package let isCertain: Bool

    package init(_ description: String, isCertain: Bool = false) {
        self.description = description
        self.isCertain = isCertain
    }
}
