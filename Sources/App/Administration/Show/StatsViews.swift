internal import PostgresWire
internal import Proxying

/// `SHOW STATS` and what is cut from it: PgBouncer's figures by database.
enum StatsViews {
    /// A database's totals, and its last period.
    struct Row: Sendable {
        let database: String
        let total: TrafficFigures
        let last: TrafficFigures
        /// Of the last period; zero before the first is over.
        let seconds: Double

        /// So many a second.
        func rate(_ count: UInt64) -> UInt64 { seconds > 0 ? UInt64((Double(count) / seconds).rounded()) : 0 }
        /// So long each.
        func each(_ time: UInt64, _ count: UInt64) -> UInt64 { count > 0 ? time / count : 0 }
    }

    /// One figure, under its names in the three views.
    private struct Figure {
        let total: String, plain: String, average: String, meaning: String, averageMeaning: String
        let value: @Sendable (TrafficFigures) -> UInt64
        let mean: @Sendable (Row) -> UInt64
    }

    private static func count(_ name: String, average: String? = nil, plain: String? = nil, _ meaning: String, _ value: @escaping @Sendable (TrafficFigures) -> UInt64) -> Figure {
        Figure(total: "total_\(name)", plain: plain ?? name, average: "avg_\(average ?? name)", meaning: meaning, averageMeaning: "\(meaning), a second", value: value) { $0.rate(value($0.last)) }
    }

    private static let figures: [Figure] = [
        count("xact_count", "transactions that ended") { $0.transactions },
        count("query_count", "statements that were answered") { $0.queries },
        count("server_assignment_count", "times that a backend was given to a frontend") { $0.assignments },
        count("received", average: "recv", plain: "bytes_received", "bytes from frontends") { $0.received },
        count("sent", plain: "bytes_sent", "bytes to frontends") { $0.sent },
        Figure(total: "total_xact_time", plain: "xact_time", average: "avg_xact_time", meaning: "microseconds spent in transactions",
               averageMeaning: "microseconds of a transaction", value: { $0.transactionTime }, mean: { $0.each($0.last.transactionTime, $0.last.transactions) }),
        Figure(total: "total_query_time", plain: "query_time", average: "avg_query_time", meaning: "microseconds spent in statements, without waiting for a backend",
               averageMeaning: "microseconds of a statement", value: { $0.queryTime }, mean: { $0.each($0.last.queryTime, $0.last.queries) }),
        count("wait_time", "microseconds that frontends waited for a backend") { $0.waitTime },
        count("client_parse_count", "Parse messages of frontends") { $0.clientParses },
        count("server_parse_count", "Parse messages that reached a node") { $0.serverParses },
        count("bind_count", "Bind messages of frontends") { $0.binds },
        count("client_login_count", "frontends that logged in") { $0.logins },
    ]

    /// Ours, behind PgBouncer's: some readers count columns.
    private static let unreplicated = AdminColumn<Row>.count(
        "total_unreplicated_commits", "commits that are durable on the primary alone, because the wait for the synchronous standbys was cancelled"
    ) { $0.total.unreplicatedCommits }

    private static let database = AdminColumn<Row>.text("database", "the database") { $0.database }
    private static let totals = figures.map { figure in AdminColumn<Row>.count(figure.total, figure.meaning) { figure.value($0.total) } }
    private static let means = figures.map { figure in AdminColumn<Row>.count(figure.average, figure.averageMeaning) { figure.mean($0) } }

    private static func rows(_ facts: AdminFacts) -> [Row] {
        let last = Dictionary(facts.averages.last.byDatabase.map { ($0.database, $0.traffic) }) { first, _ in first }
        return facts.report.traffic.byDatabase.map { report in
            Row(database: report.database, total: report.traffic, last: last[report.database] ?? TrafficFigures(), seconds: facts.averages.period.seconds)
        }
    }

    static let stats = AdminView.list("STATS", "figures by database since the start, and as averages over the last stats_period", asking: .traffic,
                                      [database] + totals + means + [unreplicated], rows)

    static let statsTotals = AdminView.list("STATS_TOTALS", "the figures since the start", asking: .traffic,
                                            [database] + figures.map { figure in .count(figure.plain, figure.meaning) { figure.value($0.total) } }, rows)

    static let statsAverages = AdminView.list("STATS_AVERAGES", "the averages over the last stats_period", asking: .traffic,
                                              [database] + figures.map { figure in .count(figure.plain, figure.averageMeaning) { figure.mean($0) } }, rows)

    /// One figure of all databases.
    private struct Total { let name: String, value: UInt64 }

    static let totalsView = AdminView.list("TOTALS", "the figures of all databases together", asking: .traffic, [
        .text("name", "the figure, as SHOW STATS calls it") { $0.name }, .count("value", "its value") { $0.value },
    ]) { (facts: AdminFacts) -> [Total] in
        var total = TrafficFigures(), last = TrafficFigures()
        for report in facts.report.traffic { total.add(report.traffic) }
        for report in facts.averages.last { last.add(report.traffic) }
        let row = Row(database: "", total: total, last: last, seconds: facts.averages.period.seconds)
        return figures.map { Total(name: $0.total, value: $0.value(total)) } + figures.map { Total(name: $0.average, value: $0.mean(row)) }
            + [Total(name: unreplicated.column.name, value: total.unreplicatedCommits)]
    }
}
