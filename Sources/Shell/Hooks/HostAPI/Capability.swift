/// What a hook may be allowed to do: a word, or a word and what it is about.
///
/// `run:aws` allows what `run:aws` asks; `http:*.example.com` every host below; `fs:read:/etc` what is in that folder; `sql:write` what `sql:read`
/// does. A `*` at the end stands for anything: `engine:*`, `http:*`.
package struct Capability: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }

    /// What comes before the part that a site fills in; the whole word where there is none.
    package var family: String {
        for family in Self.families where description.hasPrefix(family) { return family }
        return description
    }

    /// Those that stand as they are.
    package static let words = [
        "sql:read", "sql:write", "pg.control", "pg.promote", "pg.slot", "pg.rewind", "pg.basebackup", "kv:write", "lock", "peer:run",
        "engine:attach", "engine:detach", "engine:quarantine", "engine:pause", "engine:promote", "engine:recover", "engine:weight", "engine:reload", "engine:resign", "engine:*",
    ]
    /// Those behind which something follows.
    package static let families = blanks.keys.sorted()
    /// What stands behind each, for messages.
    static let blanks = [
        "fs:read:": "prefix", "fs:write:": "prefix", "run:": "program", "ssh:": "program", "http:": "host", "secret:": "name", "kv:shared:": "name",
    ]

    /// Whether any hook could ask for it.
    package var isKnown: Bool {
        if Self.words.contains(description) || Self.families.contains(where: { description.hasPrefix($0) && description.count > $0.count }) { return true }
        return description.hasSuffix("*") && (Self.words + Self.families).contains { $0.hasPrefix(description.dropLast()) }
    }

    /// Whether having this one allows what `other` asks for. The only rule there is: a grant answers a header's `needs` by it, and those a call.
    package func covers(_ other: Capability) -> Bool {
        if description == other.description { return true }
        let isPath = other.description.hasPrefix("fs:"), mine = description.dropFirst(family.count), asked = other.description.dropFirst(family.count)
        if isPath, other.description.split(separator: "/").contains("..") { return false }
        if description.hasSuffix("*"), other.description.hasPrefix(description.dropLast()) { return true }
        if description == "sql:write" { return other.description == "sql:read" }
        guard family == other.family else { return false }
        if isPath { return Self.contains(String(mine), String(asked)) }
        return family == "http:" && mine.hasPrefix("*.") && asked.hasSuffix(mine.dropFirst(1))
    }

    /// A prefix of a path ends where a name does: `/etc/app` holds `/etc/app/x` and not `/etc/apple`.
    private static func contains(_ prefix: String, _ path: String) -> Bool {
        path.hasPrefix(prefix) && (prefix.hasSuffix("/") || path.dropFirst(prefix.count).first == "/")
    }
}

/// What one handler may do.
struct HookRights: Sendable {
    /// How far a hook is trusted.
    enum Trust: String, Sendable {
        /// Everything that it was granted.
        case trusted
        /// Looks and is told: no commands, files, SQL that writes, or actions of the engine's.
        case restricted
        /// No host functions at all.
        case pure
    }

    let granted: Set<Capability>
    let trust: Trust
    /// A notification cannot change the cluster.
    let isNotification: Bool
    /// Can only look, whatever it was granted.
    var isReadOnly = false

    func covers(_ capability: Capability) -> Bool { granted.contains { $0.covers(capability) } }

    /// The arguments as they are carried out: a statement is read-only where its hook may not write, and in a notification where it begins as one that reads.
    func settled(_ arguments: HostArguments, of function: HostFunction) -> HostArguments {
        guard function.operation == HostOperation.sql.rawValue, !arguments.isSet("readonly") else { return arguments }
        let word = arguments.text("text").split(whereSeparator: { !$0.isLetter }).first?.lowercased() ?? ""
        return arguments.with("readonly", .boolean(!covers(Capability("sql:write")) || (isNotification && !Self.writing.contains(word))))
    }

    /// What statements begin with that say themselves that they write.
    private static let writing: Set = ["insert", "update", "delete", "merge", "truncate", "create", "alter", "drop", "grant", "revoke", "comment", "copy", "call", "vacuum", "reindex"]

    /// Why the call may not be made; nil when it may.
    func refusal(_ function: HostFunction, _ arguments: HostArguments, in event: String) -> HostCallFailure? {
        switch trust {
        case .trusted: break
        case .restricted where function.needs(arguments).contains(where: Self.isKeptFromRestricted):
            return HostCallFailure(.code, "\(function.label) is not for restricted hooks: trust = \"restricted\", or the file belongs to another user than root")
        case .restricted: break
        case .pure: return HostCallFailure(.code, "\(function.label): \(event) is decided without host functions")
        }
        if isReadOnly, ![.read, .flow].contains(function.effect(of: arguments)) {
            return HostCallFailure(.code, "\(function.label) changes something, and only looking is possible here: `understudy hooks console --write` does more")
        }
        for capability in function.needs(arguments) where !covers(capability) {
            if isReadOnly { return HostCallFailure(.code, "\(function.label) needs the capability \"\(capability)\", which only `understudy hooks console --write` has") }
            return HostCallFailure(.code, "\(function.label) needs the capability \"\(capability)\": add it to `needs` in the hook's header and to hook.<name>.grants")
        }
        if isNotification, function.changesCluster(arguments) {
            return HostCallFailure(.code, "\(function.label) changes the cluster, and \(event) is a notification: its hooks can look, and tell others by us.http, us.run, us.alert and us.kv; "
                + "what changes a node belongs into an event that does work, such as failover, standby_lost or a timer")
        }
        return nil
    }

    private static func isKeptFromRestricted(_ capability: Capability) -> Bool {
        ["run:", "ssh:", "fs:read:", "fs:write:", "pg.", "engine:", "sql:write", "peer:"].contains { capability.description.hasPrefix($0) }
    }
}

extension HostFunction {
    /// Whether the call would change nodes or the engine, rather than the world outside.
    func changesCluster(_ arguments: HostArguments) -> Bool {
        switch effect {
        case .read, .flow: false
        case .engine: true
        case .write, .opaque: isMethod && effect(of: arguments) != .read
        }
    }

    /// The effect of one call: a command that its author says only reads is one that reads.
    func effect(of arguments: HostArguments) -> Effect {
        guard effect == .opaque else { return effect }
        if arguments.isSet("read") || arguments.isSet("readonly") { return .read }
        return .opaque
    }
}
