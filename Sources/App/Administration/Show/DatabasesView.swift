internal import ClusterModel
internal import Coordination
internal import Pooling
internal import Proxying
internal import Settings

/// `SHOW DATABASES`: those that somebody uses, and those that the configuration names.
enum DatabasesView {
    private struct Row {
        let name: String
        let rule: PoolRule
        let host: String, port: Int?
        let backends: Int, frontends: Int
        let isPaused: Bool, isDisabled: Bool
    }

    static let view = AdminView.list("DATABASES", "the databases in use, and those that the configuration names", asking: .pools, columns) { (facts: AdminFacts) -> [Row] in
        let primary = facts.cluster?.nodes.first { $0.isPrimary }?.node
        return facts.databases.sorted().map { name in
            let pools = facts.report.pools.filter { $0.key.database == name }
            return Row(name: name, rule: facts.rules.rule(database: name), host: primary?.host ?? "", port: primary?.port,
                       backends: pools.reduce(0) { $0 + $1.backends }, frontends: pools.reduce(0) { $0 + $1.frontends },
                       isPaused: facts.report.service.isPaused(name), isDisabled: facts.report.service.disabledDatabases.contains(name))
        }
    }

    private static let columns: [AdminColumn<Row>] = [
        .text("name", "what clients ask for") { $0.name },
        .text("host", "the primary's host; empty while there is none") { $0.host },
        .integer("port", "its port") { $0.port },
        .text("database", "its name on the node: the same") { $0.name },
        .text("force_user", "unknown here: NULL") { _ in nil },
        .integer("pool_size", "most backends of a pool") { $0.rule.size },
        .integer("min_pool_size", "backends kept open") { $0.rule.minimum },
        .integer("reserve_pool_size", "further ones for those who wait long") { $0.rule.reserve },
        .integer("server_lifetime", "seconds after which a backend is replaced; 0 is never") { $0.rule.lifetime?.wholeSeconds ?? 0 },
        .text("pool_mode", "how long a session keeps a backend") { $0.rule.mode.rawValue },
        .text("load_balance_hosts", "unknown here: NULL") { _ in nil },
        .integer("max_connections", "most backends; 0 is no limit") { $0.rule.maxDatabaseBackends ?? 0 },
        .integer("current_connections", "backends now") { $0.backends },
        .integer("max_client_connections", "most frontends; 0 is no limit") { $0.rule.maxDatabaseFrontends ?? 0 },
        .integer("current_client_connections", "frontends now") { $0.frontends },
        .flag("paused", "statements wait until RESUME") { $0.isPaused },
        .flag("disabled", "new logins are refused until ENABLE") { $0.isDisabled },
    ]
}
