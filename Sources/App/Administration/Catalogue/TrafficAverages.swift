package import Proxying

/// What the traffic was over the last period, from two looks at figures that only grow.
package struct TrafficAverages: Hashable, Sendable {
    /// The figures of the last period that is over, by database and user.
    package private(set) var last: [TrafficReport] = []
    /// How long it was; zero before the first is over.
    package private(set) var period = Duration.zero
    private var base: [TrafficReport] = []
    private var since: Duration

    /// `now` counts from any fixed moment.
    package init(at now: Duration) { since = now }

    /// A period is over, and the figures are these.
    package mutating func note(_ reports: [TrafficReport], at now: Duration) {
        period = now - since
        last = reports.map { report in
            guard let before = base.first(where: { $0.database == report.database && $0.user == report.user }) else { return report }
            return report.since(before)
        }
        base = reports
        since = now
    }
}

extension TrafficReport {
    /// What came since `earlier`, an older state of the same.
    func since(_ earlier: TrafficReport) -> TrafficReport {
        TrafficReport(database: database, user: user, traffic: traffic.since(earlier.traffic), query: query.since(earlier.query),
                      transaction: transaction.since(earlier.transaction), wait: wait.since(earlier.wait))
    }
}

extension Sequence<TrafficReport> {
    /// One for each database, its users added up, in the order of names.
    var byDatabase: [TrafficReport] {
        var sums: [String: TrafficReport] = [:]
        for report in self { sums[report.database, default: TrafficReport(database: report.database, user: "*")].add(report) }
        return sums.values.sorted { $0.database < $1.database }
    }
}
