internal import Pooling
internal import Proxying
internal import Settings

/// `SHOW USERS`: those who are here, and those that the configuration names.
enum UsersView {
    private struct Row {
        let name: String
        let own: PoolOverride?
        let rule: PoolRule
        let backends: Int, frontends: Int
    }

    static let view = AdminView.list("USERS", "the users who are here, and those that the configuration names", asking: .pools, columns) { (facts: AdminFacts) -> [Row] in
        Set(facts.report.pools.map(\.key.user)).union(facts.rules.overrides.users.keys).sorted().map { name in
            let pools = facts.report.pools.filter { $0.key.user == name }
            return Row(name: name, own: facts.rules.overrides.users[name], rule: facts.rules.rule(user: name),
                       backends: pools.reduce(0) { $0 + $1.backends }, frontends: pools.reduce(0) { $0 + $1.frontends })
        }
    }

    private static let columns: [AdminColumn<Row>] = [
        .text("name", "the user") { $0.name },
        .integer("pool_size", "most backends of a pool, where it is set for the user alone") { $0.own?.size },
        .integer("reserve_pool_size", "further ones, where it is set for the user alone") { $0.own?.reserve },
        .text("pool_mode", "the mode, where it is set for the user alone") { $0.own?.mode?.rawValue },
        .integer("max_user_connections", "most backends; 0 is no limit") { $0.rule.maxUserBackends ?? 0 },
        .integer("current_connections", "backends now") { $0.backends },
        .integer("max_user_client_connections", "most frontends; 0 is no limit") { $0.rule.maxUserFrontends ?? 0 },
        .integer("current_client_connections", "frontends now") { $0.frontends },
    ]
}
