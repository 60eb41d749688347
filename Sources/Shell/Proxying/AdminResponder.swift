package import Sessions

/// The administrator's part of the daemon, as the shards see it.
///
/// Everything is called on a loop and must return at once; `reply` may be called later, from anywhere, once.
package protocol AdminResponder: Sendable {
    /// Answers `SHOW pool_nodes` and its like, on any session and also while there is no primary.
    func answer(_ statement: AdminStatement, for asker: AdminAsker, reply: @escaping @Sendable (AdminReply) -> Void)

    /// Whether a user may use the databases that lead to the daemon itself.
    func admits(_ user: String) -> Bool

    /// What a statement in one of those databases answers with.
    func shape(of text: String, for asker: AdminAsker) -> AdminShape

    /// Runs such a statement. It may take long: PAUSE waits for transactions to end. What is returned gives the waiting up, and
    /// the answer is an error then; it may be called at any time, also when the answer is there.
    func run(_ text: String, for asker: AdminAsker, reply: @escaping @Sendable (AdminReply) -> Void) -> @Sendable () -> Void

    /// What clients of those databases are told as the version.
    var version: String { get }
}

/// Who asks.
package struct AdminAsker: Hashable, Sendable {
    package let user: String
    package let database: String

    package init(user: String, database: String) {
        self.user = user
        self.database = database
    }
}
