/// What the daemon logs in to nodes with, for a user who proved to the daemon who it is. It does not print itself.
package enum BackendSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// A node that asks for anything cannot be logged in to.
    case none
    case password(ClearPassword)
    /// `md5` and 32 digits: enough for a node's md5 question, for no other.
    case md5(String)
    /// Keys out of a client's proof: enough for a node whose verifier has the same salt and iterations.
    case keys(SCRAMKeys, salt: [UInt8], iterations: Int)

    package var description: String { self == .none ? "none" : "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
