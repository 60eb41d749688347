/// The prepared statements of one shard's sessions, each once however many sessions prepared it.
///
/// Compared by their whole text, never by a hash alone.
package struct StatementLibrary {
    /// Statements kept; beyond, those that no session has any more are forgotten.
    static let capacity = 5000

    private let shard: UInt16
    private var statements: [PreparedIdentity: PreparedStatement] = [:]
    private var last: UInt32 = 0
    private var sweepAt = StatementLibrary.capacity
    /// Of the texts that were sent without a name.
    var texts = KnownTexts()

    /// `shard` makes the names on backends differ from those of other shards.
    package init(shard: Int) { self.shard = UInt16(shard) }

    /// The statement for this Parse; `scan` is asked for a new one only.
    mutating func statement(_ identity: PreparedIdentity, _ scan: (UnsafeRawBufferPointer) -> StatementScanner) -> PreparedStatement {
        if let known = statements[identity] { return known }
        if statements.count >= sweepAt { sweep() }
        last &+= 1
        let scan = identity.body.withUnsafeBytes { scan($0) }
        let fresh = PreparedStatement(StatementID(number: last, shard: shard), identity, scan)
        statements[identity] = fresh
        return fresh
    }

    /// Forgets what no session holds. What sessions hold is bounded by their own limit.
    private mutating func sweep() {
        for identity in Array(statements.keys) {
            guard var statement = statements.removeValue(forKey: identity) else { continue }
            if !isKnownUniquelyReferenced(&statement) { statements[identity] = statement }
        }
        sweepAt = max(Self.capacity, statements.count * 2)
    }
}
