/// What a hook may use.
package struct HookLimits: Hashable, Sendable {
    /// Wall clock, for the whole request.
    package var budget: Duration
    /// CPU time between two host calls.
    package var slice: Duration
    /// How long after its budget a hook may take to stop before its process is killed.
    package var grace: Duration
    /// Bytes that Lua may hold.
    package var memory: Int

    package init(budget: Duration, slice: Duration = .seconds(1), grace: Duration = .seconds(2), memory: Int = 64 << 20) {
        self.budget = budget
        self.slice = slice
        self.grace = grace
        self.memory = memory
    }

    /// As the hook process is told. It gives up a little earlier than it would be killed, to be able to say where.
    var value: HookValue {
        let nanoseconds: (Duration) -> HookValue = { .integer(Int64($0 / .nanoseconds(1))) }
        return ["budget": nanoseconds(budget), "slice": nanoseconds(slice), "grace": nanoseconds(grace / 2), "memory": HookValue(memory)]
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
