/// Why a node is kept out of service, whatever its probes say.
package struct Hold: Hashable, Sendable, Codable {
    /// Who keeps it out, in one word.
    package enum Kind: String, Sendable, Codable {
        /// An operator's word; ended by one.
        case detached
        /// A hook's; ended by one, by an operator, or by time.
        case quarantined
    }

    package let kind: Kind
    /// A user, or `hook:<name>`.
    package let by: String
    /// Empty where none was given.
    package let reason: String
    /// Seconds since 1970; nil keeps it out for good.
    package let until: Double?

    package init(_ kind: Kind, by: String, reason: String = "", until: Double? = nil) {
        self.kind = kind
        self.by = by
        self.reason = reason
        self.until = until
    }

    /// Follows the node's name in a sentence.
    package var words: String { "was \(kind.rawValue) by \(by)" + (reason.isEmpty ? "" : ": \(reason)") }
}
