extension EventSchema {
    /// A field of an event's record, or of a node's.
    package struct Field: Hashable, Sendable {
        /// What Lua sees.
        package enum Kind: String, Sendable {
            case text, integer, number, boolean
            /// A node's id, which the library turns into the node.
            case node, nodes
            /// A member of the watchdog.
            case peer, peers
            /// A list of texts.
            case texts
            /// A table whose keys are its own.
            case table
        }

        package let name: String
        package let kind: Kind
        /// One sentence.
        package let about: String
        /// Whether it can be nil.
        package var isOptional = false
        /// pgpool's placeholders for it: `%d`, `$3`.
        package var placeholder = ""
    }

    static func field(_ name: String, _ kind: Field.Kind, _ about: String, _ placeholder: String = "") -> Field {
        Field(name: name, kind: kind, about: about, placeholder: placeholder)
    }

    static func optional(_ name: String, _ kind: Field.Kind, _ about: String, _ placeholder: String = "") -> Field {
        Field(name: name, kind: kind, about: about, isOptional: true, placeholder: placeholder)
    }

    /// Of every event.
    static let common = [
        field("id", .text, "Names the event through every restart and attempt."),
        field("name", .text, "What the event is called."),
        field("at", .number, "When it began, in seconds since 1970."),
        field("deadline", .number, "When its budget ends, in seconds since 1970."),
        field("epoch", .integer, "The fencing token: an effect with an old one is refused."),
        field("term", .integer, "Who leads Understudy: rises with every change of leader; 0 with one member."),
        field("attempt", .integer, "1 for the first."),
        field("generation", .integer, "The generation of hooks that the event began with, and ends with."),
        field("dry_run", .boolean, "Whether effects are only planned."),
        field("cause", .text, "health_check, operator, api, schedule, or hook:<name>."),
        optional("requested_by", .text, "Who asked for it; nil when nobody did."),
        optional("parent", .text, "The id of the event that caused this one."),
    ]

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
        optional("version", .integer, "The major version of its PostgreSQL; nil when it did not answer yet."),
        optional("follows", .text, "The node that it streams from; nil when that is not known."),
    ]

    /// Those that `failover`, `standby_lost` and `failback` share, with pgpool's placeholders for them.
    static let substitution = [
        field("node", .node, "The node that was lost, or that comes back.", "%d %h %p %D"),
        optional("new_main", .node, "The node to promote or, for a standby, the primary; nil when nobody is left.", "%m %H %r %R"),
        optional("old_main", .node, "The main node of the epoch before.", "%M"),
        optional("old_primary", .node, "The primary of the epoch before.", "%P %N %S"),
    ]
}
