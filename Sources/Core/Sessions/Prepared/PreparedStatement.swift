/// Names a prepared statement in the library of one shard, and on backends by `name`.
package struct StatementID: Hashable, Sendable {
    let number: UInt32
    /// The shard whose library it is of; a backend that moved may still hold statements of another.
    let shard: UInt16

    /// The statement without a name.
    static let unnamed = StatementID(number: 0, shard: 0)

    /// What names of ours begin with; a client's own name that does is told apart.
    static let prefix = "understudy_"

    /// What backends know it by.
    var name: String { "\(Self.prefix)\(shard)_\(number)" }
}

/// A statement that some session prepared by name: the text with its parameter types, and what its execution may do.
///
/// Immutable, and shared by all sessions that prepared the same. Confined to its shard's loop.
final class PreparedStatement {
    let id: StatementID
    /// What backends know it by.
    let name: String
    let identity: PreparedIdentity
    let effects: WorkEffects
    let changes: [SettingChange]
    /// What it may leave in a session.
    let pin: Pin?

    init(_ id: StatementID, _ identity: PreparedIdentity, _ scan: StatementScanner) {
        self.id = id
        name = id.name
        self.identity = identity
        effects = scan.effects
        changes = scan.changes
        pin = scan.changes.isEmpty ? scan.pin : Pin("a prepared statement that sets a parameter", isCertain: true)
    }
}

/// What makes two Parse messages prepare the same: everything in them but the name, and how the text is read.
///
/// PostgreSQL analyses a statement anew when search_path, role or tables changed; only what its parser did with the bytes stays.
struct PreparedIdentity: Hashable {
    /// The Parse message behind the name: text, and parameter types.
    let body: [UInt8]
    let escapesByBackslash: Bool
    let encoding: String
}
