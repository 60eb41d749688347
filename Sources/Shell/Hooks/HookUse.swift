/// How a hook's handler of one event is used: what its header says under `on`.
struct HookUse: Hashable, Sendable {
    /// Hooks that run later, and earlier.
    var before: [String] = []
    var after: [String] = []
    /// Shorter than the event's own.
    var budget: Duration?
    /// For `approve`: what it means when this hook fails.
    var stance: EventSchema.Stance?
    var parallel: Int?
    /// For `timer`.
    var every: Duration?
    var cron: CronSchedule?
    var isOnEveryMember = false

    init() {}

    /// What the library read from a header; throws why a schedule cannot be kept.
    init(_ value: HookValue) throws(CronSchedule.Malformed) {
        before = Self.texts(value["before"])
        after = Self.texts(value["after"])
        budget = value["budget"].number.map { .seconds($0) }
        stance = value["on_error"].text.flatMap(EventSchema.Stance.init)
        parallel = value["parallel"].integer.map { max(1, Int(clamping: $0)) }
        every = value["every"].number.map { .seconds($0) }
        if let text = value["cron"].text { cron = try CronSchedule(text) }
        isOnEveryMember = value["where"].text == EventSchema.Place.everyMember.letter
    }

    private static func texts(_ value: HookValue) -> [String] { value.list?.compactMap(\.text) ?? [] }
}
