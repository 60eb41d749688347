/// An event that hooks can handle: declared once, and from that come its record in Lua, its checks, its budget, the editor's
/// stubs, `understudy hooks doc` and the manual.
package struct EventSchema: Hashable, Sendable {
    /// What hooks can do about it.
    package enum Kind: Hashable, Sendable {
        /// Hooks decide: the first answer stands. Nothing is no opinion.
        case choose(Answer)
        /// Hooks consent: any veto stands.
        case approve
        /// Hooks do the work: in order, until one says that it is done.
        case `do`
        /// Hooks are told: all of them, after the fact; they cannot change anything.
        case tell
    }

    /// What a `choose` handler may return besides nothing.
    package enum Answer: Hashable, Sendable {
        /// A node, or a list of them in order.
        case nodes
        /// One of these words.
        case words([String])
        case truth
        /// A node, or the name of a group of nodes.
        case nodeOrGroup
    }

    /// Which member fires it.
    package enum Place: String, Sendable {
        case leader, everyMember, concernedMember, everyWorker
    }

    /// What becomes of an `approve` event whose hook fails.
    package enum Stance: String, Sendable { case allow, veto }

    /// What handlers are called.
    package let name: String
    package let kind: Kind
    package let place: Place
    /// Wall clock, for all hooks of one event together.
    package let budget: Duration
    package let about: String
    /// What comes of a failure, in a sentence; empty where the kind says it all.
    package let failure: String
    /// For `approve`: what a failing hook means. Unplanned events fail open, planned ones closed.
    package let stance: Stance
    /// How many events of this name may run at once; 1 for all but a few.
    package let parallel: Int
    /// Whether the engine of this version fires it; the others can be fired in tests.
    package let isFired: Bool
    /// Without `cluster`, which every event has.
    package let fields: [Field]

    init(_ name: String, _ kind: Kind, _ place: Place = .leader, budget: Duration, _ about: String, failure: String = "", stance: Stance = .allow,
         parallel: Int = 1, isFired: Bool = true, _ fields: [Field]) {
        self.name = name
        self.kind = kind
        self.place = place
        self.budget = budget
        self.about = about
        self.failure = failure
        self.stance = stance
        self.parallel = parallel
        self.isFired = isFired
        self.fields = Self.common + fields
    }

    /// The event's own, without those of every event.
    package var ownFields: ArraySlice<Field> { fields.dropFirst(Self.common.count) }

    /// A family of events, as the manual shows them.
    package struct Family: Sendable {
        package let title: String
        package let events: [EventSchema]
    }

    /// Every event, in the manual's order.
    package static let families = [
        Family(title: "Failure and failover", events: failureEvents),
        Family(title: "Planned operations", events: plannedEvents),
        Family(title: "Online recovery", events: recoveryEvents),
        Family(title: "Watchdog", events: watchdogEvents),
        Family(title: "Data plane", events: dataPlaneEvents),
        Family(title: "Engine and general", events: generalEvents),
    ]
    package static let all = families.flatMap(\.events)
    package static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
