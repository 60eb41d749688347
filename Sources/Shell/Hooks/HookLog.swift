/// Where lines of hooks go; called from any thread.
package typealias HookLog = @Sendable (HookLogLine) -> Void

/// One line that a hook, or the runner about a hook, writes.
package struct HookLogLine: Hashable, Sendable {
    /// How much a line matters.
    package enum Level: String, Sendable { case debug, info, warning = "warn", error }

    package let level: Level
    package let message: String
    package let fields: [String: HookValue]
    /// The event's id and the hook's name; empty for what concerns no event.
    package let event: String
    package let hook: String
    package let place: HookPlace?

    package init(_ level: Level, _ message: String, fields: [String: HookValue] = [:], event: String = "", hook: String = "", place: HookPlace? = nil) {
        self.level = level
        self.message = message
        self.fields = fields
        self.event = event
        self.hook = hook
        self.place = place
    }
}

extension HookLogLine {
    /// Without anything that was opened of the secrets.
    package func masked(by secrets: SecretVault) -> HookLogLine {
        HookLogLine(level, secrets.mask(message), fields: secrets.mask(.map(fields)).map ?? [:], event: event, hook: hook, place: place)
    }
}
