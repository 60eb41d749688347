internal import ClusterModel
package import Coordination
internal import Foundation
package import Storage

/// `understudy status`.
package struct StatusView: Codable, Sendable {
    package var version: String
    package var pid: Int
    package var cluster: String
    /// Seconds since the daemon started.
    package var uptime_s: Double
    package var epoch: UInt64
    package var phase: String
    /// The primary's name; nil while writes are held.
    package var primary: String?
    /// Why writes are held; empty when they are not.
    package var writes_held: String
    /// Whether nothing is done automatically.
    package var maintenance: Bool
    package var port: Int
    package var frontends: Int
    package var backends: Int
    package var frontends_held: Int
    /// The latest that a hook raised, with its time; nil where there was none.
    package var last_alert: String?

    package init(process: (version: String, pid: Int, uptime: Double), cluster: String, snapshot: ClusterSnapshot,
                 port: Int, counts: (frontends: Int, held: Int, backends: Int), alert: JournalEvent?) {
        version = process.version
        pid = process.pid
        self.cluster = cluster
        uptime_s = process.uptime
        epoch = snapshot.epoch.number
        phase = snapshot.phase
        primary = snapshot.primaryName
        writes_held = snapshot.gateReason
        maintenance = snapshot.isInMaintenance
        self.port = port
        frontends = counts.frontends
        backends = counts.backends
        frontends_held = counts.held
        last_alert = alert.map { "\(AdminFacts.text(Date(timeIntervalSince1970: $0.at))) \($0.message)" }
    }
}

/// What became of an order.
package struct OrderView: Codable, Sendable {
    /// A sentence.
    package var done: String

    /// For people.
    package var text: String { done + "\n" }
}

/// What `understudy reload` did.
package struct ReloadView: Codable, Sendable {
    /// Parameters that have a new value in force.
    package var applied: [String]
    /// Parameters that name a file with new content, which is in force.
    package var changed_files: [String]
    /// Parameters whose new value waits for a restart of the daemon.
    package var needs_restart: [String]
    /// What the author of the configuration should know, with file and line.
    package var notices: [String]

    package init(applied: [String], changedFiles: [String], needsRestart: [String], notices: [String]) {
        self.applied = applied
        changed_files = changedFiles
        needs_restart = needsRestart
        self.notices = notices
    }

    /// For people: a line for each thing.
    package var text: String {
        var lines = notices
        if !applied.isEmpty { lines.append("in force: " + applied.joined(separator: ", ")) }
        if !changed_files.isEmpty { lines.append("read anew: the files of " + changed_files.joined(separator: ", ")) }
        if applied.isEmpty, changed_files.isEmpty { lines.append("nothing new is in force") }
        if !needs_restart.isEmpty { lines.append("after a restart: " + needs_restart.joined(separator: ", ")) }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// One line of `understudy events`.
package struct EventView: Codable, Sendable {
    package var number: Int
    /// UTC, RFC 3339 with milliseconds.
    package var at: String
    package var epoch: UInt64
    package var kind: String
    package var node: Int?
    package var message: String
    package var phases: [FailoverTimeline.Phase]?
    package var total_ms: Double?
    /// The failover's id, where it is part of one.
    package var event: String?

    package init(_ event: JournalEvent) throws {
        struct Known: Decodable {
            var phases: [FailoverTimeline.Phase]?
            var total_ms: Double?
            var event: String?
        }
        let details = try JSONDecoder().decode(Known.self, from: Data(event.details.utf8))
        number = event.number
        at = Date(timeIntervalSince1970: event.at).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        epoch = event.epoch.number
        kind = event.kind
        node = event.node?.number
        message = event.message
        phases = details.phases
        total_ms = details.total_ms
        self.event = details.event
    }
}

extension StatusView {
    package var table: Table {
        Table(columns: ["item", "value"], rows: [
            ["version", version], ["pid", String(pid)], ["cluster", cluster], ["uptime", String(format: "%.0f s", uptime_s)],
            ["epoch", String(epoch)], ["phase", phase], ["primary", primary ?? "none"], ["writes held", writes_held.isEmpty ? "no" : writes_held],
            ["maintenance", maintenance ? "on: nothing is done automatically" : "off"],
            ["port", String(port)], ["frontends", String(frontends)], ["frontends held", String(frontends_held)], ["backends", String(backends)],
            ["last alert", last_alert ?? "none"],
        ])
    }
}

extension EventView {
    /// The events as a table for people.
    package static func table(_ events: [EventView]) -> Table {
        Table(columns: ["number", "at", "epoch", "kind", "message"], rows: events.map { event in
            [String(event.number), event.at, String(event.epoch), event.kind, event.message + event.timelineText]
        })
    }

    /// One event on a line of its own, for `--follow`.
    package static func line(_ event: EventView) -> String {
        "\(event.number)  \(event.at)  epoch \(event.epoch)  \(event.kind)  \(event.message)\(event.timelineText)\n"
    }

    /// The phases behind the message, in milliseconds; empty where there are none.
    private var timelineText: String {
        guard let phases, let total_ms else { return "" }
        return " (" + phases.map { "\($0.name) \(String(format: "%.1f", $0.ms))" }.joined(separator: ", ") + "; \(String(format: "%.1f", total_ms)) ms in all)"
    }
}
