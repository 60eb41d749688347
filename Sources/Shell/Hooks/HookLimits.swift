package import Settings

/// What a hook may use. The administrator sets them, with the parameters of `HookSettings`; a file may lower its own.
package struct HookLimits: Hashable, Sendable {
    /// Wall clock, for the whole request.
    package var budget: Duration
    /// CPU time between two host calls.
    package var slice: Duration
    /// CPU time in all.
    package var cpu: Duration
    /// How long after its budget a hook may take to stop before its process is killed.
    package var grace: Duration
    /// Bytes that Lua may hold.
    package var memory: Int
    /// Lines of log; the rest is dropped.
    package var logLines: Int

    /// Bytes of one text.
    static let textBytes = 16 << 20

    package init(budget: Duration, slice: Duration = .seconds(1), cpu: Duration = .seconds(10), grace: Duration = .seconds(2), memory: Int = 64 << 20,
                 logLines: Int = 1000) {
        self.budget = budget
        self.slice = slice
        self.cpu = cpu
        self.grace = grace
        self.memory = memory
        self.logLines = logLines
    }

    /// The administrator's. No event has a longer budget.
    package init(_ settings: Settings) {
        self.init(budget: .seconds(86_400), slice: settings[\.hooks.cpuSlice], cpu: settings[\.hooks.cpu], memory: settings[\.hooks.memory],
                  logLines: settings[\.hooks.logLines])
    }

    /// What a hook file's header says under `limits`, as the library read it.
    struct Wishes: Hashable, Sendable {
        var slice: Duration?
        var cpu: Duration?
        var memory: Int?
        var logLines: Int?

        init(_ value: HookValue = .none) {
            slice = value["cpu_slice"].number.map { .seconds($0) }
            cpu = value["cpu"].number.map { .seconds($0) }
            memory = value["memory"].integer.map { Int($0) }
            logLines = value["log_lines"].integer.map { Int($0) }
        }
    }

    /// With what a file wishes, where that is less.
    func lowered(by wishes: Wishes) -> HookLimits {
        var lowered = self
        lowered.slice = min(slice, wishes.slice ?? slice)
        lowered.cpu = min(cpu, wishes.cpu ?? cpu)
        lowered.memory = min(memory, wishes.memory ?? memory)
        lowered.logLines = min(logLines, wishes.logLines ?? logLines)
        return lowered
    }

    /// As the hook process is told.
    var value: HookValue {
        let nanoseconds: (Duration) -> HookValue = { .integer(Int64($0 / .nanoseconds(1))) }
        return [
            "budget": nanoseconds(budget), "slice": nanoseconds(slice), "cpu": nanoseconds(cpu), "grace": nanoseconds(grace), "memory": HookValue(memory),
            "text": HookValue(Self.textBytes), "log_lines": HookValue(logLines),
        ]
    }
}

extension Duration {
    /// To whole milliseconds, so that messages show what was configured.
    var roundedUp: Duration { .milliseconds((self / .milliseconds(1)).rounded(.up)) }

    /// `0.3 s`, `90 s`
    var words: String {
        let seconds = self / .seconds(1)
        return seconds == seconds.rounded() ? "\(Int64(seconds)) s" : "\(seconds) s"
    }
}
