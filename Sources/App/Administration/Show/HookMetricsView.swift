/// One series that hooks count or measure; in `understudy hooks list` and `SHOW HOOK_METRICS`.
package struct HookMetricView: Codable, Sendable {
    package var name: String
    /// `node="pg1"`, sorted; empty without any.
    package var labels: String
    /// Empty for the daemon's own.
    package var hook: String
    /// `counter`, `gauge` or `histogram`.
    package var kind: String
    /// Of a histogram the sum.
    package var value: Double
    /// Of a histogram: how many values there were, the least and the most.
    package var count: Int?
    package var least: Double?
    package var most: Double?

    package init(name: String, labels: String, hook: String, kind: String, value: Double, count: Int? = nil, least: Double? = nil, most: Double? = nil) {
        self.name = name
        self.labels = labels
        self.hook = hook
        self.kind = kind
        self.value = value
        self.count = count
        self.least = least
        self.most = most
    }

    /// Whole numbers without a fraction.
    static func text(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value) }
}

/// `SHOW HOOK_METRICS`: what hooks count and measure.
enum HookMetricsView {
    static let view = AdminView.list("HOOK_METRICS", "what hooks count and measure (us.metric) since the start, and whether hook_directory is what is in force", columns, \.hookMetrics)

    static let columns: [AdminColumn<HookMetricView>] = [
        .text("name", "the metric, understudy_hook_ before a hook's own; understudy_hooks_drift is 1 where hook_directory differs from what is in force") { $0.name },
        .text("labels", "its labels") { $0.labels },
        .text("hook", "the hook; empty for the daemon's own") { $0.hook },
        .text("type", "counter, gauge or histogram") { $0.kind },
        .text("value", "its value; of a histogram the sum") { HookMetricView.text($0.value) },
        .text("count", "how many values a histogram has; NULL for the others") { $0.count.map(String.init) },
        .text("min", "the least of a histogram; NULL for the others") { $0.least.map(HookMetricView.text) },
        .text("max", "the greatest of a histogram; NULL for the others") { $0.most.map(HookMetricView.text) },
    ]
}
