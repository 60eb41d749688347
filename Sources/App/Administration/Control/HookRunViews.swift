internal import Foundation

/// What the command line asks about runs of hooks.
package struct HookRunRequest: Codable, Sendable {
    /// An event's id; for `hooks.run` its name.
    package var event: String?
    /// Of several attempts of one event: which, from 1; nil is the last.
    package var attempt: Int?
    /// The node it is about, by name or id.
    package var node: String?
    /// Fields of the event, by name.
    package var set: [String: String]?
    package var isDryRun: Bool?
    /// Go on until the event is over.
    package var follow: Bool?
    /// A directory of the daemon's machine, instead of the hooks in force.
    package var folder: String?
    /// Write a test instead of a report.
    package var asTest: Bool?
    /// A line of Lua.
    package var line: String?
    package var mayWrite: Bool?

    package init(event: String? = nil) { self.event = event }
}

/// One run of an event's hooks.
package struct HookRunView: Codable, Sendable {
    package var event: String
    package var name: String
    package var attempt: Int
    package var epoch: UInt64
    /// Seconds since 1970.
    package var began: Double
    package var took_ms: Double?
    /// `running`, `undoing`, or how it ended.
    package var outcome: String
    package var message: String?

    package init(event: String, name: String, attempt: Int, epoch: UInt64, began: Double, took_ms: Double?, outcome: String, message: String?) {
        self.event = event
        self.name = name
        self.attempt = attempt
        self.epoch = epoch
        self.began = began
        self.took_ms = took_ms
        self.outcome = outcome
        self.message = message
    }

    /// One line.
    package var text: String {
        let took = took_ms.map { " after \(HookCallView.milliseconds($0))" } ?? ""
        let time = Date(timeIntervalSince1970: began).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let id = event + String(repeating: " ", count: max(0, Self.idWidth - event.count))
        return "\(id)  \(time)  \(name), attempt \(attempt), epoch \(epoch): \(outcome)\(took)\(message.map { " (\($0.onOneLine))" } ?? "")\n"
    }

    /// Of the longest ids that the engine makes.
    private static let idWidth = 32
}

/// One host call of a run.
package struct HookCallView: Codable, Sendable {
    package var number: Int
    /// Since the run began.
    package var at_ms: Double
    package var took_ms: Double?
    package var hook: String
    package var step: String?
    package var call: String
    package var arguments: String
    /// nil while it is under way.
    package var result: String?
    package var failed: Bool
    /// `file:line`
    package var place: String?
    package var undo: Bool
    /// The call that had it begun beside others.
    package var parent: Int?

    package init(number: Int, at_ms: Double, took_ms: Double?, hook: String, step: String?, call: String, arguments: String, result: String?, failed: Bool, place: String?,
                 undo: Bool, parent: Int?) {
        self.number = number
        self.at_ms = at_ms
        self.took_ms = took_ms
        self.hook = hook
        self.step = step
        self.call = call
        self.arguments = arguments
        self.result = result
        self.failed = failed
        self.place = place
        self.undo = undo
        self.parent = parent
    }

    /// One line.
    package var text: String {
        let where_ = place.map { "  \($0.split(separator: "/").last ?? "")" } ?? ""
        let state = result.map { (failed ? "failed: " : "→ ") + $0.onOneLine } ?? "under way"
        let context = (undo && !call.hasPrefix("undo.") ? "undo " : "") + (step.map { "[\($0)] " } ?? "")
        return "\(Self.pad(String(number), 4)) \(Self.pad("+" + Self.milliseconds(at_ms), 11)) \(Self.pad(took_ms.map(Self.milliseconds) ?? "", 9))  "
            + (parent == nil ? "" : "  ") + "\(context)\(call) \(arguments)  \(state)\(where_)\n"
    }

    private static func pad(_ text: String, _ width: Int) -> String { String(repeating: " ", count: max(0, width - text.count)) + text }

    static func milliseconds(_ value: Double) -> String {
        if value >= 10_000 { return "\(Double(Int(value / 100)) / 10) s" }
        return value >= 100 ? "\(Int(value)) ms" : "\(Double(Int(value * 10)) / 10) ms"
    }
}

/// A line of a trace: the run, then its calls, then how it ended.
package struct HookTraceView: Codable, Sendable {
    package var run: HookRunView?
    package var call: HookCallView?

    package init(run: HookRunView? = nil, call: HookCallView? = nil) {
        self.run = run
        self.call = call
    }

    package var text: String { (run?.text ?? "") + (call?.text ?? "") }
}

/// What a replay, a run by hand or a plan came to.
package struct HookReportView: Codable, Sendable {
    /// The event's id.
    package var event: String
    package var outcome: String
    package var message: String?
    /// Of a replay: where hooks and recording part; nil where they do the same.
    package var divergence: String?
    /// Calls that were answered, or effects that were planned.
    package var calls: Int
    package var took_ms: Double
    /// The plan, a line an effect.
    package var plan: [String]?

    package init(event: String, outcome: String, message: String?, divergence: String? = nil, calls: Int, took_ms: Double, plan: [String]? = nil) {
        self.event = event
        self.outcome = outcome
        self.message = message
        self.divergence = divergence
        self.calls = calls
        self.took_ms = took_ms
        self.plan = plan
    }

    package var text: String {
        let end = "\(outcome)\(message.map { " (\($0))" } ?? "")"
        if let plan {
            return plan.map { $0 + "\n" }.joined() + "the plan of \(event): \(calls.counted("effect")), then \(end); nothing was done\n"
        }
        if let divergence { return "\(divergence)\nthe replay of \(event) stops there, after \(calls.counted("call")) and \(HookCallView.milliseconds(took_ms))\n" }
        return "\(event): \(end), \(calls.counted("call")) in \(HookCallView.milliseconds(took_ms))\n"
    }
}
