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
        package enum Kind: String, Sendable {
            case text, integer, number, boolean
            /// A node's id, which the library turns into the node.
            case node, nodes
        }

        package let name: String
        package let kind: Kind
        /// One sentence.
        package let about: String
        /// Whether it can be nil.
        package var isOptional = false
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
    private static func optional(_ name: String, _ kind: Field.Kind, _ about: String) -> Field {
        Field(name: name, kind: kind, about: about, isOptional: true)
    }

    static let common = [
        field("id", .text, "Names the event through every restart and attempt."),
        field("name", .text, "What the event is called."),
        field("at", .number, "When it began, in seconds since 1970."),
        field("deadline", .number, "When its budget ends, in seconds since 1970."),
        field("epoch", .integer, "The fencing token: an effect with an old one is refused."),
        field("attempt", .integer, "1 for the first."),
        field("cause", .text, "health_check, operator, api, schedule, or hook:<name>."),
        optional("requested_by", .text, "Who asked for it; nil when nobody did."),
    ]

    package static let failover = EventSchema("failover", .do, budget: .seconds(90), "The primary is lost and a standby is to be promoted.", [
        field("node", .node, "The node that was lost."),
        optional("new_main", .node, "The node to promote; nil when nobody is left."),
        field("old_primary", .node, "The primary of the epoch before."),
        field("candidates", .nodes, "The standbys that could be promoted, the freshest first."),
        optional("last_primary_lsn", .integer, "The furthest position of the lost primary that was seen, in bytes; nil when none was."),
        optional("lag_bytes", .integer, "How far new_main is behind it; nil when that is not known."),
    ])

    package static let failoverFinished = EventSchema("failover_finished", .tell, budget: .seconds(30), "A failover has finished, or has failed.", [
        field("ok", .boolean, "Whether there is a primary again."),
        field("node", .node, "The node that was lost."),
        field("old_primary", .node, "The primary of the epoch before."),
        optional("new_primary", .node, "The primary now; nil when there is none."),
        field("outcome", .text, "promoted, reopened, or abandoned."),
        optional("error", .text, "Why it failed; nil when it did not."),
        field("took", .number, "Seconds from the loss to the end."),
    ])

    package static let nodeDown = EventSchema("node_down", .tell, budget: .seconds(10), "The verdict that a node is down stands.", [
        field("node", .node, "The node."),
        field("was_primary", .boolean, "Whether it was the primary."),
        field("error", .text, "What was seen last."),
    ])

    /// The fields of a node, in every event: what was known when the event began.
    static let nodeFields = [
        field("id", .integer, "Its number in the configuration."),
        field("name", .text, "How people call it."),
        field("host", .text, "Host name, address, or the path of a socket directory."),
        field("port", .integer, "Its port."),
        field("pgdata", .text, "Its data directory; empty when the configuration does not say."),
        optional("role", .text, "primary or standby, as it said itself; nil when it did not answer."),
        field("status", .text, "waiting, up or down."),
        field("slot_name", .text, "The replication slot that it uses as a standby."),
        field("priority", .integer, "Between equally fresh candidates; 0 is never promoted."),
        field("zone", .text, "Where it stands; empty when the configuration does not say."),
        optional("lsn", .integer, "The furthest WAL that it holds, in bytes; nil when it did not answer."),
        optional("timeline", .integer, "Its history's number; nil when it did not answer."),
        optional("lag_bytes", .integer, "How far it is behind the primary; nil when that is not known."),
    ]
}
