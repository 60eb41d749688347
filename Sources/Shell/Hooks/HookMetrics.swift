internal import Synchronization

/// What hooks count and measure, as `understudy_hook_<name>`; kept in memory, since the daemon began.
package final class HookMetrics: Sendable {
    /// Of one hook; more would be a label that takes every value.
    static let seriesLimit = 50

    /// One series: a name and its labels, of one hook.
    package struct Series: Hashable, Sendable, Comparable {
        package let hook: String
        /// With its prefix.
        package let name: String
        /// `node="pg1"`, sorted.
        package let labels: String

        package static func < (a: Self, b: Self) -> Bool { (a.name, a.labels, a.hook) < (b.name, b.labels, b.hook) }
    }

    /// What was noted.
    package enum Value: Hashable, Sendable {
        case counter(Double)
        case gauge(Double)
        case histogram(count: Int, sum: Double, least: Double, most: Double)
    }

    private let values = Mutex<[Series: Value]>([:])

    package init() {}

    /// Sets a gauge of the daemon's own.
    package func set(_ name: String, _ value: Double) { values.withLock { $0[Series(hook: "", name: "understudy_hooks_" + name, labels: "")] = .gauge(value) } }

    /// Every series, sorted.
    package var all: [(Series, Value)] { values.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } } }

    /// What is wrong with a metric's name or value; nil where there is nothing.
    static func problem(_ operation: String, _ name: String, _ value: Double) -> HostCallFailure? {
        guard !name.isEmpty, name.utf8.allSatisfy({ UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || $0 == UInt8(ascii: "_") }) else {
            return HostCallFailure(.code, "us.\(operation): a metric's name is a-z, 0-9 and _; got \"\(name)\"")
        }
        return value.isFinite ? nil : HostCallFailure(.code, "us.\(operation): expected a number; got \(value)")
    }

    /// A name and value that `problem` has nothing against.
    func note(_ operation: String, hook: String, _ name: String, _ value: Double, _ labels: [String: String]) throws(HostCallFailure) {
        let text = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\"" }.joined(separator: ",")
        let series = Series(hook: hook, name: "understudy_hook_" + name, labels: text)
        let isTaken = values.withLock { values in
            if values[series] == nil, values.keys.count(where: { $0.hook == hook }) >= Self.seriesLimit { return false }
            values[series] = Self.noted(operation, value, values[series])
            return true
        }
        guard isTaken else { throw HostCallFailure(.code, "us.\(operation): the hook has \(Self.seriesLimit) series already: a label that is different each time is not for metrics") }
    }

    private static func noted(_ operation: String, _ value: Double, _ before: Value?) -> Value {
        switch (operation, before) {
        case ("metric.counter", .counter(let sum)): .counter(sum + value)
        case ("metric.counter", _): .counter(value)
        case ("metric.gauge", _): .gauge(value)
        case (_, .histogram(let count, let sum, let least, let most)): .histogram(count: count + 1, sum: sum + value, least: min(least, value), most: max(most, value))
        default: .histogram(count: 1, sum: value, least: value, most: value)
        }
    }
}
