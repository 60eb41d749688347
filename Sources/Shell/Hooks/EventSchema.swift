/// An event that hooks can handle: declared once, and from that come its record in Lua, its checks and its budget.
package struct EventSchema: Hashable, Sendable {
    /// What hooks can do about it.
    package enum Kind: Sendable {
        /// Hooks do the work: in order, until one says that it is done.
        case `do`
        /// Hooks are told: all of them, after the fact; they cannot change anything.
        case tell
    }

    /// A field of the event's record.
    package struct Field: Hashable, Sendable {
        /// What Lua sees.
        package enum Kind: String, Sendable { case text, integer, number, boolean, node, nodes }
        package let name: String
        package let kind: Kind
        /// One sentence.
        package let about: String
    }

    /// What handlers are called.
    package let name: String
    package let kind: Kind
    /// Wall clock, for all hooks of one event together.
    package let budget: Duration
    package let about: String
    /// Without `cluster`, which every event has.
    package let fields: [Field]

    private init(_ name: String, _ kind: Kind, budget: Duration, _ about: String, _ fields: [Field]) {
        self.name = name
        self.kind = kind
        self.budget = budget
        self.about = about
        self.fields = Self.common + fields
    }

    /// Every event, by name.
    package static let all = [failover, failoverFinished, nodeDown]

    private static func field(_ name: String, _ kind: Field.Kind, _ about: String) -> Field { Field(name: name, kind: kind, about: about) }

    private static let common = [
        field("id", .text, "Names the event through every restart and attempt."),
        field("name", .text, "What the event is called."),
        field("at", .number, "When it began, in seconds since 1970."),
        field("deadline", .number, "When its budget ends, in seconds since 1970."),
        field("epoch", .integer, "The fencing token: an effect with an old one is refused."),
        field("attempt", .integer, "1 for the first."),
        field("cause", .text, "health_check, operator, api, schedule, or hook:<name>."),
        field("requested_by", .text, "Who asked for it; nil when nobody did."),
    ]

    package static let failover = EventSchema("failover", .do, budget: .seconds(90), "The primary is lost and a standby is to be promoted.", [
        field("node", .node, "The node that was lost."),
        field("new_main", .node, "The node to promote; nil when nobody is left."),
        field("old_primary", .node, "The primary of the epoch before."),
        field("candidates", .nodes, "The standbys that could be promoted, the freshest first."),
        field("last_primary_lsn", .integer, "The furthest position of the lost primary that was seen, in bytes."),
        field("lag_bytes", .integer, "How far new_main is behind it."),
    ])

    package static let failoverFinished = EventSchema("failover_finished", .tell, budget: .seconds(30), "A failover has finished, or has failed.", [
        field("ok", .boolean, "Whether there is a primary again."),
        field("node", .node, "The node that was lost."),
        field("old_primary", .node, "The primary of the epoch before."),
        field("new_primary", .node, "The primary now; nil when there is none."),
        field("outcome", .text, "promoted, reopened, or abandoned."),
        field("error", .text, "Why it failed; nil when it did not."),
        field("took", .number, "Seconds from the loss to the end."),
    ])

    package static let nodeDown = EventSchema("node_down", .tell, budget: .seconds(10), "The verdict that a node is down stands.", [
        field("node", .node, "The node."),
        field("was_primary", .boolean, "Whether it was the primary."),
        field("error", .text, "What was seen last."),
    ])

    /// The fields of `ev.node` and of every other node.
    static let nodeFields = ["id", "name", "host", "port", "pgdata", "role", "status", "slot_name", "priority", "zone", "lsn", "timeline", "lag_bytes"]
}
