package import Foundation

/// When the timers of a catalogue are due. Pure: told what time it is, it says which hooks to run.
package struct HookTimers: Sendable {
    /// A run that has come.
    package struct Run: Hashable, Sendable {
        package let hook: String
        package let scheduledAt: Date
        /// Runs that were due since and did not happen: they are this one.
        package let missed: Int
    }

    private struct Timer {
        let every: Duration?
        let cron: CronSchedule?
        var due: Date
    }

    private var timers: [String: Timer] = [:]
    private let calendar: Calendar
    /// Missed runs are counted no further.
    private static let mostMissed = 1000

    /// Without a timer; `calendar` says what time cron's fields mean.
    package init(calendar: Calendar) { self.calendar = calendar }

    /// Takes over a catalogue's timers; one whose times are the same goes on as it was.
    package mutating func adopt(_ catalogue: HookCatalogue, at now: Date) {
        var fresh: [String: Timer] = [:]
        for hook in catalogue.chain(for: .timer, bundledOnly: false) {
            let use = hook.use(for: .timer)
            if let known = timers[hook.name], known.every == use.every, known.cron == use.cron { fresh[hook.name] = known } else if
                let due = Self.next(use.every, use.cron, after: now, calendar) { fresh[hook.name] = Timer(every: use.every, cron: use.cron, due: due) }
        }
        timers = fresh
    }

    /// The runs that are due; hooks of `busy` wait until they are done, and then have one run for all they missed.
    package mutating func due(at now: Date, busy: Set<String>) -> [Run] {
        timers.keys.sorted().compactMap { name in
            guard var timer = timers[name], !busy.contains(name) else { return nil }
            // A clock that was set back must not keep a timer waiting for longer than its own time.
            if let every = timer.every, timer.due > now + every / .seconds(1) { timer.due = now + every / .seconds(1) }
            defer { timers[name] = timer }
            guard timer.due <= now else { return nil }
            let scheduled = timer.due
            var missed = 0
            while timer.due <= now, missed <= Self.mostMissed, let next = Self.next(timer.every, timer.cron, after: timer.due, calendar) {
                timer.due = next
                missed += 1
            }
            if timer.due <= now { timer.due = Self.next(timer.every, timer.cron, after: now, calendar) ?? .distantFuture }
            return Run(hook: name, scheduledAt: scheduled, missed: max(0, missed - 1))
        }
    }

    private static func next(_ every: Duration?, _ cron: CronSchedule?, after date: Date, _ calendar: Calendar) -> Date? {
        if let every { return date + max(every / .seconds(1), 1) }
        return cron?.next(after: date, in: calendar)
    }
}
