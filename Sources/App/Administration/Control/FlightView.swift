package import Coordination
internal import Foundation
package import Storage

/// `understudy events show`: everything that is on record of one procedure, with its times.
package struct FlightView: Codable, Sendable {
    /// A run of hooks within it.
    package struct HookView: Codable, Sendable {
        package var run: HookRunView
        /// Since the procedure began; below zero where clocks were set meanwhile.
        package var at_ms: Double
    }

    package var id: String
    /// UTC, RFC 3339 with milliseconds: the first sign of trouble, or the first line on record.
    package var began: String
    /// nil while it goes on.
    package var total_ms: Double?
    /// How it stands, in a sentence.
    package var message: String
    package var phases: [FailoverTimeline.Phase]
    /// What was seen of each node before anything was decided.
    package var evidence: [NodeEvidence]
    /// What each node answered before one was chosen.
    package var observed: [NodeEvidence]
    package var clients: ClientCounts?
    package var hooks: [HookView]
    package var events: [EventView]
}

extension FlightView {
    /// `lines`: what the journal has of it, oldest first; at least one.
    package init(_ id: String, _ lines: [JournalEvent], hooks: [HookRunView]) throws {
        guard let first = lines.first, let last = lines.last else { preconditionFailure("a procedure without a line") }
        let details = try lines.map { try JSONDecoder().decode(Recorded.self, from: Data($0.details.utf8)) }
        let end = Array(zip(lines, details)).last { $0.1.total_ms != nil }
        let began = end.map { $0.0.at - ($0.1.total_ms ?? 0) / 1000 } ?? first.at
        self.init(id: id, began: Self.time(began), total_ms: end?.1.total_ms, message: (end?.0 ?? last).message, phases: end?.1.phases ?? [],
                  evidence: details.lazy.compactMap(\.evidence).first ?? [], observed: details.lazy.compactMap(\.observed).last ?? [],
                  clients: details.lazy.compactMap(\.clients).last, hooks: hooks.map { HookView(run: $0, at_ms: ($0.began - began) * 1000) },
                  events: try lines.map(EventView.init))
    }

    private struct Recorded: Decodable {
        var phases: [FailoverTimeline.Phase]?
        var total_ms: Double?
        var evidence: [NodeEvidence]?
        var observed: [NodeEvidence]?
        var clients: ClientCounts?
    }

    private static func time(_ at: Double) -> String { Date(timeIntervalSince1970: at).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    // MARK: For people

    /// Columns of the picture.
    private static let width = 60

    /// A picture with a bar for each phase and run of hooks, and below it what was seen and written down.
    package var text: String {
        var text = "\(id)\n\(message)\nbegan \(began)\(total_ms.map { ", took \(Self.milliseconds($0))" } ?? ", not over")\n\n" + picture
        if let clients { text += "\nclients: \(clients.words)\n" }
        if !evidence.isEmpty { text += "\nwhat had been seen\n" + Self.table(evidence) }
        if !observed.isEmpty { text += "\nwhat the nodes answered\n" + Self.table(observed) }
        return text + "\nthe journal\n" + events.map(EventView.line).joined()
    }

    private var picture: String {
        var bars: [(name: String, at: Double, ms: Double, note: String)] = [], at = 0.0
        for phase in phases {
            bars.append((phase.name, at, phase.ms, ""))
            at += phase.ms
        }
        for hook in hooks { bars.append(("hook \(hook.run.name)", hook.at_ms, hook.run.took_ms ?? 0, hook.run.outcome + (hook.run.message.map { " (\($0))" } ?? ""))) }
        let names = bars.map(\.name.count).max() ?? 0
        // What goes on after the end, as notifications do, is not drawn past the margin.
        let scale = Double(Self.width) / max(at, 0.001)
        return bars.map { bar in
            let from = Int((min(max(bar.at, 0), at) * scale).rounded()), length = Int(min(bar.ms * scale, Double(Self.width)).rounded())
            let left = min(from, Self.width - 1), drawn = min(max(length, 1), Self.width - left)
            let strip = String(repeating: " ", count: left) + String(repeating: "█", count: drawn) + String(repeating: " ", count: Self.width - left - drawn)
            let label = bar.name + String(repeating: " ", count: names - bar.name.count), time = String(format: "%9.1f ms", bar.ms)
            return "\(label) \(time) |\(strip)|\(bar.note.isEmpty ? "" : " \(bar.note)")\n"
        }.joined()
    }

    private static func table(_ seen: [NodeEvidence]) -> String {
        Table(columns: ["node", "found", "role", "timeline", "lsn"], rows: seen.map { [$0.node, $0.found, $0.role, $0.timeline.map(String.init), $0.lsn] }).text
    }

    private static func milliseconds(_ ms: Double) -> String { String(format: "%.1f ms", ms) }
}
