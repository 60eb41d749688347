internal import ClusterModel
package import Coordination
package import Foundation
package import Pooling
package import Proxying
package import Settings

/// Everything that views are made of, as it was at one time.
package struct AdminFacts: Sendable {
    /// As far as the view asked for it.
    package var report: ProxyReport
    /// The figures of the last period that is over, and how long it was; nothing before the first.
    package var averages: TrafficAverages
    package var settings: Settings
    package var rules: Rules
    /// Nil while the daemon starts.
    package var cluster: ClusterSnapshot?
    package var process: Process
    /// What hooks count and measure.
    package var hookMetrics: [HookMetricView]
    package var now: Date

    /// What holds for pools.
    package struct Rules: Sendable {
        package var general: PoolRule
        package var overrides: PoolOverrides
        package var mostFrontends: Int

        package init(general: PoolRule, overrides: PoolOverrides, mostFrontends: Int) {
            self.general = general
            self.overrides = overrides
            self.mostFrontends = mostFrontends
        }

        func rule(database: String = "", user: String = "") -> PoolRule { overrides.applied(to: general, database: database, user: user) }
    }

    /// The daemon's own process.
    package struct Process: Sendable {
        package var version: String
        package var pid: Int
        package var startedAt: Date
        /// Resident memory; nil where it is not known.
        package var residentBytes: Int?

        package init(version: String, pid: Int, startedAt: Date, residentBytes: Int?) {
            self.version = version
            self.pid = pid
            self.startedAt = startedAt
            self.residentBytes = residentBytes
        }
    }

    package init(report: ProxyReport, averages: TrafficAverages, settings: Settings, rules: Rules, cluster: ClusterSnapshot?, process: Process,
                 hookMetrics: [HookMetricView] = [], now: Date) {
        self.report = report
        self.averages = averages
        self.settings = settings
        self.rules = rules
        self.cluster = cluster
        self.process = process
        self.hookMetrics = hookMetrics
        self.now = now
    }

    /// The databases in use, as far as pools were asked for, and those that the configuration or a command names.
    package var databases: Set<String> {
        Set(report.pools.map(\.key.database)).union(rules.overrides.databases.keys).union(report.service.pausedDatabases).union(report.service.disabledDatabases)
    }

    /// A time as views show it.
    static func text(_ date: Date) -> String {
        date.formatted(Date.VerbatimFormatStyle(
            format: "\(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
            locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt, calendar: Calendar(identifier: .gregorian))) + " UTC"
    }

    /// When something was that was so long ago.
    func time(_ ago: Duration) -> String { Self.text(now.addingTimeInterval(-ago.seconds)) }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    /// Whole microseconds of the last second, as PgBouncer shows waits.
    var microsecondsOfSecond: Int { Int(components.attoseconds / 1_000_000_000_000) }
    var wholeSeconds: Int { Int(components.seconds) }
}
