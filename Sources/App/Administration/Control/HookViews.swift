internal import PostgresWire

/// What `understudy hooks …` is answered from.
package protocol HookDesk: Sendable {
    /// The hooks in force, or those of one event; throws for an event that there is not.
    func list(event: String?) async throws -> HookListView
    /// Checks the site's directory, or `folder`, and puts it in force; throws what is wrong.
    func deploy(folder: String?, requestedBy: String) async throws -> HookChangeView
    /// Puts an earlier generation in force; nil is the newest good one.
    func rollBack(to number: Int?, requestedBy: String) async throws -> HookChangeView
    /// What differs between two generations; nil is the one in force.
    func difference(from: Int, to: Int?) async throws -> String
    /// The runs of an event and of those that are parts of it, oldest first.
    func runs(within event: String) async throws -> [HookRunView]
    /// The calls of a run as they were, and as they come; without an event the latest runs.
    func trace(_ request: HookRunRequest, _ tell: (HookTraceView) async throws -> Void) async throws
    /// Fires an event by hand, or plans it.
    func fire(_ request: HookRunRequest, requestedBy: String) async throws -> HookReportView
    /// Runs a recorded event again without effects.
    func replay(_ request: HookRunRequest) async throws -> HookReportView
    /// A recorded event as a test.
    func spec(_ request: HookRunRequest) async throws -> String
    /// Ends a running event and undoes it; a sentence.
    func cancel(event: String) async throws -> String
    /// What a line of Lua gives.
    func evaluate(_ request: HookRunRequest, requestedBy: String) async throws -> String
}

/// `understudy hooks list`.
package struct HookListView: Codable, Sendable {
    /// One hook.
    package struct Hook: Codable, Sendable {
        package var name: String
        package var about: String?
        package var version: String?
        package var file: String
        package var events: [String]
        package var grants: [String]
        package var bundled: Bool
        package var restricted: Bool

        package init(name: String, about: String?, version: String?, file: String, events: [String], grants: [String], bundled: Bool, restricted: Bool) {
            self.name = name
            self.about = about
            self.version = version
            self.file = file
            self.events = events
            self.grants = grants
            self.bundled = bundled
            self.restricted = restricted
        }
    }

    /// One event that hooks handle.
    package struct Event: Codable, Sendable {
        package var name: String
        package var kind: String
        /// The hooks, in the order in which they run.
        package var order: [String]
        /// Since the daemon started.
        package var runs: Int
        package var failures: Int
        package var last_outcome: String?
        package var p50_ms: Double?
        package var p99_ms: Double?

        package init(name: String, kind: String, order: [String]) {
            self.name = name
            self.kind = kind
            self.order = order
            runs = 0
            failures = 0
        }
    }

    /// One generation that is kept.
    package struct Generation: Codable, Sendable {
        package var number: Int
        /// UTC, RFC 3339.
        package var at: String
        package var author: String
        package var active: Bool
        /// Why it is bad; nil while it is good.
        package var fault: String?

        package init(number: Int, at: String, author: String, active: Bool, fault: String?) {
            self.number = number
            self.at = at
            self.author = author
            self.active = active
            self.fault = fault
        }
    }

    package var generation: Int
    /// Whether the site's directory differs from the generation in force.
    package var drift: Bool
    package var directory: String
    package var hooks: [Hook]
    package var events: [Event]
    package var generations: [Generation]
    package var metrics: [HookMetricView]

    package init(generation: Int, drift: Bool, directory: String, hooks: [Hook], events: [Event], generations: [Generation],
                 metrics: [HookMetricView]) {
        self.generation = generation
        self.drift = drift
        self.directory = directory
        self.hooks = hooks
        self.events = events
        self.generations = generations
        self.metrics = metrics
    }
}

/// What a change of the hooks in force came to.
package struct HookChangeView: Codable, Sendable {
    package var from: Int
    package var to: Int
    /// Advice about the files, with file and line.
    package var remarks: [String]

    package init(from: Int, to: Int, remarks: [String]) {
        self.from = from
        self.to = to
        self.remarks = remarks
    }

    /// For people.
    package var text: String {
        let outcome = from == to ? "nothing new: generation \(to) is in force" : "generation \(to) is in force (before: \(from)); `understudy hooks rollback \(from)` takes it back"
        return (remarks + [outcome]).joined(separator: "\n") + "\n"
    }
}

extension HookListView {
    /// For people.
    package var text: String {
        let hooks = Table(columns: ["hook", "events", "grants", "file", "about"], rows: hooks.map { hook in
            [hook.name + (hook.version.map { " \($0)" } ?? "") + (hook.restricted ? " (restricted)" : ""), hook.events.joined(separator: ", "),
             hook.grants.joined(separator: ", "), hook.file, hook.about]
        })
        let events = Table(columns: ["event", "kind", "order", "runs", "failures", "last", "p50_ms", "p99_ms"], rows: events.map { event in
            [event.name, event.kind, event.order.joined(separator: " → "), String(event.runs), String(event.failures), event.last_outcome,
             event.p50_ms.map(Self.milliseconds), event.p99_ms.map(Self.milliseconds)]
        })
        let generations = Table(columns: ["generation", "made", "by", "state"], rows: generations.map { generation in
            [String(generation.number), generation.at, generation.author, (generation.active ? "in force" : "") + (generation.fault.map { " bad: \($0)" } ?? "")]
        })
        let metrics = metrics.filter { !$0.hook.isEmpty }
        let measured = metrics.isEmpty ? "" : "\n" + Table(columns: HookMetricsView.view.columns.map(\.name), rows: metrics.map { row in HookMetricsView.columns.map { $0.value(row) } }).text
        let note = drift ? "\(directory) differs from generation \(generation): `understudy hooks deploy` puts it in force\n" : ""
        return hooks.text + "\n" + events.text + "\n" + generations.text + measured + note
    }

    /// With one digit behind the point.
    private static func milliseconds(_ value: Double) -> String { String((value * 10).rounded() / 10) }
}
