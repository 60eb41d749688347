/// How long a session keeps a backend.
package enum PoolMode: String, Hashable, Sendable, CaseIterable {
    /// Until the client leaves.
    case session
    /// Until its transaction ends.
    case transaction
    /// Until its statement ends; transaction blocks are refused.
    case statement
}
