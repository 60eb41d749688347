internal import Settings

/// What the configuration allows a hook: `hook.<name>.grants = 'http:hooks.example.com, kv:write'`.
struct HookGrants: Sendable {
    /// The reserved option of every hook.
    static let option = "grants"

    let granted: [Capability]
    let place: Settings.Place

    init(_ option: Settings.HookOption) {
        granted = option.text.split(separator: ",").map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }
            .filter { !$0.isEmpty }.map { Capability($0) }
        place = option.place
    }

    func allow(_ need: Capability) -> Bool { granted.contains { $0.covers(need) } }

    /// Grants that no hook could ask for.
    var strangers: [Capability] { granted.filter { !$0.isKnown } }
}
