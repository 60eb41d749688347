/// Why a session cannot leave its backend: what it did that cannot be had elsewhere.
package struct Pin: Hashable, Sendable, CustomStringConvertible {
    /// Each once, in the order of what happened: `LISTEN`, `a temporary object`, `the function f`.
    package private(set) var reasons: [String]
    /// It did. Otherwise it only may have (a function may do anything), which is no reason to keep a backend from others
    /// between two transactions, but one not to pretend after a failover that nothing was lost.
    package let isCertain: Bool

    /// Reasons that are kept of one session; what comes later changes nothing.
    static let mostReasons = 8

    package init(_ reason: String, isCertain: Bool = false) {
        reasons = [reason]
        self.isCertain = isCertain
    }

    /// For people.
    package var description: String { reasons.joined(separator: ", ") }

    /// What happened later, too. A certain reason takes the place of those that only may be ones.
    func and(_ later: Pin) -> Pin {
        if isCertain != later.isCertain { return isCertain ? self : later }
        var both = self
        for reason in later.reasons where !both.reasons.contains(reason) && both.reasons.count < Self.mostReasons { both.reasons.append(reason) }
        return both
    }
}
