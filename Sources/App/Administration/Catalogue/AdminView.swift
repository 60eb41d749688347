internal import PostgresWire
internal import Proxying

/// A view of `SHOW`: declared once, and from that parsed, answered, described and documented.
struct AdminView: Sendable {
    /// Who may see it.
    enum Access: String, Sendable {
        /// Every user, on every session, as in pgpool-II.
        case everybody
        case statsUsers = "stats_users, admin_users"
        case adminUsers = "admin_users"
    }

    /// As it is written behind SHOW; documents show it in capital letters where it is PgBouncer's or ours.
    let name: String
    let meaning: String
    let access: Access
    /// What must be asked of the shards for it.
    let parts: ProxyReport.Parts
    let columns: [ResultColumn]
    let meanings: [String]
    let rows: @Sendable (AdminFacts) -> [[String?]]

    /// A view whose rows are `list`, shown through `columns`.
    static func list<Row>(_ name: String, _ meaning: String, for access: Access = .statsUsers, asking parts: ProxyReport.Parts = [],
                          _ columns: [AdminColumn<Row>], _ list: @escaping @Sendable (AdminFacts) -> [Row]) -> AdminView {
        AdminView(name: name, meaning: meaning, access: access, parts: parts, columns: columns.map(\.column), meanings: columns.map(\.meaning)) { facts in
            list(facts).map { row in columns.map { $0.value(row) } }
        }
    }
}
