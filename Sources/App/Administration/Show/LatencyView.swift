internal import Proxying

/// `SHOW LATENCIES`: how long statements, transactions and waits took, by database and user.
enum LatencyView {
    private struct Row {
        let report: TrafficReport
        let what: String
        let times: LatencyHistogram
        var count: UInt64 { times.total }
    }

    private static func quantile(_ name: String, _ share: Double, _ meaning: String) -> AdminColumn<Row> {
        .count(name, "microseconds that \(meaning) did not exceed; exact to an eighth") { $0.times.quantile(share) }
    }

    static let view = AdminView.list("LATENCIES", "how long statements, transactions and waits for a backend took since the start", asking: .traffic, [
        .text("database", "the database") { $0.report.database },
        .text("user", "the user") { $0.report.user },
        .text("what", "query, transaction, or wait: of frontends that had to wait") { $0.what },
        .count("count", "how many there were") { $0.count },
        .count("mean_us", "microseconds on average") { $0.count > 0 ? $0.times.sum / $0.count : 0 },
        quantile("p50_us", 0.5, "half of them"), quantile("p90_us", 0.9, "nine of ten"), quantile("p99_us", 0.99, "99 of 100"),
        quantile("p999_us", 0.999, "999 of 1000"), quantile("max_us", 1, "all of them"),
    ]) { (facts: AdminFacts) -> [Row] in
        facts.report.traffic.sorted { ($0.database, $0.user) < ($1.database, $1.user) }.flatMap { report in
            [Row(report: report, what: "query", times: report.query), Row(report: report, what: "transaction", times: report.transaction),
             Row(report: report, what: "wait", times: report.wait)]
        }
    }
}
