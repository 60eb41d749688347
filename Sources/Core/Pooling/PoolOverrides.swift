package import Settings

/// What differs for single databases and users from what holds for all pools.
package struct PoolOverrides: Hashable, Sendable {
    package var databases: [String: PoolOverride]
    package var users: [String: PoolOverride]

    package init(databases: [String: PoolOverride] = [:], users: [String: PoolOverride] = [:]) {
        self.databases = databases
        self.users = users
    }

    /// The rule of one database and user; where both are set, the user's word counts, as in PgBouncer.
    package func applied(to general: PoolRule, database: String, user: String) -> PoolRule {
        if databases.isEmpty, users.isEmpty { return general }
        let ofDatabase = databases[database], ofUser = users[user]
        var rule = general
        rule.mode = ofUser?.mode ?? ofDatabase?.mode ?? general.mode
        if let size = ofUser?.size ?? ofDatabase?.size {
            rule.size = size
            rule.sizeSubject = ofUser?.size == nil ? .database : .user
        } else if rule.mode != general.mode, let automatic = general.automaticSize {
            rule.size = automatic.size(for: rule.mode)
        }
        rule.minimum = min(ofDatabase?.minimum ?? general.minimum, rule.size)
        rule.reserve = ofUser?.reserve ?? ofDatabase?.reserve ?? general.reserve
        if let lifetime = ofDatabase?.lifetime { rule.lifetime = lifetime == .zero ? nil : lifetime }
        if let most = ofDatabase?.maxBackends { rule.maxDatabaseBackends = Self.limit(most) }
        if let most = ofUser?.maxBackends { rule.maxUserBackends = Self.limit(most) }
        if let most = ofDatabase?.maxFrontends { rule.maxDatabaseFrontends = Self.limit(most) }
        if let most = ofUser?.maxFrontends { rule.maxUserFrontends = Self.limit(most) }
        return rule
    }

    private static func limit(_ most: Int) -> Int? { most == 0 ? nil : most }
}
