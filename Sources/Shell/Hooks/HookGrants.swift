internal import Settings

/// What the configuration allows a hook: `hook.<name>.grants = 'http:hooks.example.com, kv:write'`.
struct HookGrants: Sendable {
    /// The reserved option of every hook.
    static let option = "grants"

    let granted: [String]
    let place: Settings.Place

    init(_ option: Settings.HookOption) {
        granted = option.text.split(separator: ",").map { String($0.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()) }.filter { !$0.isEmpty }
        place = option.place
    }

    /// `engine:*` allows everything that begins with `engine:`, and `*` everything.
    func allow(_ need: String) -> Bool {
        granted.contains { $0 == need || ($0.hasSuffix("*") && need.hasPrefix($0.dropLast())) }
    }

    /// Grants that no hook could ask for, given every capability there is: `http:<host>` stands for many.
    func strangers(among capabilities: [String]) -> [String] {
        granted.filter { grant in
            !capabilities.contains { capability in
                let stem = capability.prefix { $0 != "<" }
                if grant.hasSuffix("*") { return capability.hasPrefix(grant.dropLast()) || grant.hasPrefix(stem) }
                return stem.count < capability.count ? grant.hasPrefix(stem) && grant.count > stem.count : grant == capability
            }
        }
    }
}
