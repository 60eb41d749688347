internal import Pooling
internal import Proxying
internal import Settings

/// `SHOW LISTS`: how many there are of everything.
enum ListsView {
    private struct Row { let name: String, count: Int }

    static let view = AdminView.list("LISTS", "how many there are of everything", asking: .pools, [
        .text("list", "what is counted") { $0.name }, .integer("items", "how many there are") { $0.count },
    ]) { (facts: AdminFacts) -> [Row] in
        let report = facts.report, counts = report.counts
        return [
            Row(name: "databases", count: facts.databases.count),
            Row(name: "users", count: Set(report.pools.map(\.key.user)).union(facts.rules.overrides.users.keys).count),
            Row(name: "pools", count: report.pools.count),
            Row(name: "free_clients", count: max(0, facts.rules.mostFrontends - counts.frontends)),
            Row(name: "used_clients", count: counts.frontends - counts.loggingIn),
            Row(name: "login_clients", count: counts.loggingIn),
            Row(name: "free_servers", count: counts.idleBackends),
            Row(name: "used_servers", count: counts.backends - counts.idleBackends),
            Row(name: "dns_names", count: report.addresses.count),
            Row(name: "dns_zones", count: 0),
            Row(name: "dns_queries", count: 0),
            Row(name: "dns_pending", count: pending(facts)),
        ]
    }

    /// Nodes whose names have no address yet.
    private static func pending(_ facts: AdminFacts) -> Int {
        Set(facts.settings.nodes.map { facts.settings[\.backends.hostname, node: $0] }).subtracting(facts.report.addresses.keys).count
    }
}
