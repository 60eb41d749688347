import PostgresWire
import ClusterModel
import Foundation
import Pooling
import PostgresWire
import Proxying
import Settings
@testable import Administration

/// Hand-made facts: two pools, three frontends, two backends, and some traffic.
func madeFacts(_ change: (inout AdminFacts) -> Void = { _ in }) -> AdminFacts {
    var report = ProxyReport()
    var rule = PoolRule()
    rule.mode = .transaction
    var shop = PoolReport(PoolReport.Key(database: "shop", user: "anna", node: NodeID(0)), rule)
    shop.activeFrontends = 2
    shop.waitingFrontends = 1
    shop.activeBackends = 1
    shop.idleBackends = 1
    shop.longestWait = .milliseconds(1500)
    report.pools = [PoolReport(PoolReport.Key(database: "understudy", user: "ops", node: nil), rule), shop]
    let ends = ConnectionEnds(peer: "10.0.0.9", peerPort: 5000, own: "10.0.0.1", ownPort: 9999)
    report.frontends = [
        FrontendReport(id: ConnectionID(number: 7), user: "anna", database: "shop", state: .active, ends: ends, age: .seconds(60), idle: .seconds(1), backend: ConnectionID(number: 20),
                       applicationName: "web", mode: .transaction, hold: "LISTEN", obstacle: "its state cannot be rebuilt there: LISTEN"),
        FrontendReport(id: ConnectionID(number: 8), user: "anna", database: "shop", state: .waiting, ends: ends, age: .seconds(60), idle: .zero, wait: .milliseconds(1500)),
    ]
    report.backends = [
        BackendReport(id: ConnectionID(number: 20), node: NodeID(0), user: "anna", database: "shop", state: .active, ends: ends, age: .seconds(60), idle: .zero,
                      frontend: ConnectionID(number: 7), process: 4711),
        BackendReport(id: ConnectionID(number: 21), node: NodeID(0), user: "anna", database: "shop", state: .idle, ends: ends, age: .seconds(60), idle: .zero, isStale: true),
    ]
    report.counts.frontends = 3
    report.counts.backends = 2
    report.counts.idleBackends = 1
    report.service.pausedDatabases = ["shop"]
    var averages = TrafficAverages(at: .zero)
    averages.note([traffic("shop", "anna", queries: 100)], at: .seconds(10))
    report.traffic = [traffic("shop", "anna", queries: 150), traffic("shop", "bert", queries: 50)]
    var facts = AdminFacts(report: report, averages: averages, settings: Settings(),
                           rules: AdminFacts.Rules(general: rule, overrides: PoolOverrides(databases: ["park": PoolOverride()]), mostFrontends: 100), cluster: nil,
                           process: AdminFacts.Process(version: "1.2", pid: 4, startedAt: Date(timeIntervalSince1970: 0), residentBytes: 4096),
                           now: Date(timeIntervalSince1970: 1000))
    change(&facts)
    return facts
}

/// Statements of 100 microseconds each.
func traffic(_ database: String, _ user: String, queries: UInt64) -> TrafficReport {
    var figures = TrafficFigures()
    figures.queries = queries
    figures.queryTime = queries * 100
    return TrafficReport(database: database, user: user, traffic: figures)
}

/// The rows of a view, each by its columns' names.
func rows(_ name: String, _ facts: AdminFacts = madeFacts()) -> [[String: String?]] {
    guard let view = AdminCatalogue.view(name) else { return [] }
    return view.rows(facts).map { row in Dictionary(uniqueKeysWithValues: zip(view.columns.map(\.name), row)) }
}
