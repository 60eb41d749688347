internal import Settings

/// A hook file that was looked into.
struct Hook: Sendable {
    let name: String
    let about: String?
    let file: LuaFile
    let isBundled: Bool
    let events: Set<String>
    let needs: Set<String>
    /// The hook that this one switches off, for the events that both define.
    let replaces: String?
    let settings: [Settings.HookOption]

    /// What its options are called by: `hook.<segment>.<option>`.
    var segment: String { Hook.segment(of: name) }
    static func segment(of name: String) -> String { name.hasPrefix("understudy/") ? String(name.dropFirst("understudy/".count)) : name }

    /// What it may do; a hook that comes with Understudy is granted what it needs.
    var granted: Set<Capability> { Set(needs.map { Capability($0) }) }
    var trust: HookRights.Trust { .trusted }

    /// Chunk names of the hook's code, and their files.
    func files(with modules: [String: LuaFile]) -> [String: String] {
        Dictionary((modules.values + [file]).map { ($0.chunk, $0.path) }) { _, last in last }
    }
}

/// Every hook that was loaded without a problem, and the modules they may require.
package struct HookCatalogue: Sendable {
    let hooks: [Hook]
    let library: [String: LuaFile]
    let modules: [String: LuaFile]

    /// A hook in a few words, for lists.
    package struct Entry: Hashable, Sendable {
        package let name: String
        package let about: String?
        package let file: String
        package let events: [String]
        package let isBundled: Bool
    }

    package var entries: [Entry] {
        hooks.map { Entry(name: $0.name, about: $0.about, file: $0.file.path, events: $0.events.sorted(), isBundled: $0.isBundled) }
    }

    /// Whose handlers run for an event, in order: site hooks before bundled ones, then by name; replaced ones left out.
    func chain(for event: EventSchema, bundledOnly: Bool) -> [Hook] {
        let candidates = hooks.filter { $0.events.contains(event.name) && ($0.isBundled || !bundledOnly) }
        let replaced = Set(candidates.compactMap(\.replaces))
        return candidates.filter { !replaced.contains($0.name) }.sorted { ($0.isBundled ? 1 : 0, $0.name) < ($1.isBundled ? 1 : 0, $1.name) }
    }
}
