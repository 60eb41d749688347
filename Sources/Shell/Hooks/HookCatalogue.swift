internal import Settings

/// A hook file that was looked into.
struct Hook: Sendable {
    let name: String
    let about: String?
    let version: String?
    let file: LuaFile
    /// Where the header begins.
    let line: Int
    let isBundled: Bool
    let events: Set<String>
    let needs: Set<String>
    /// The hook that this one switches off, for the events that both define.
    let replaces: String?
    /// How its handlers are used, by event.
    let uses: [String: HookUse]
    /// Less than the administrator allows.
    var limits = HookLimits.Wishes()
    /// Gave its rights up, or has none because others can write the file.
    let isRestricted: Bool
    let settings: [Settings.HookOption]

    /// What its options are called by: `hook.<segment>.<option>`.
    var segment: String { Hook.segment(of: name) }
    static func segment(of name: String) -> String { name.hasPrefix("understudy/") ? String(name.dropFirst("understudy/".count)) : name }

    /// What it may do: it was checked at load that it needs nothing that it was not granted.
    var granted: Set<Capability> { Set(needs.map { Capability($0) }) }
    var trust: HookRights.Trust { isRestricted ? .restricted : .trusted }

    /// How its handler of an event is used.
    func use(for event: EventSchema) -> HookUse { uses[event.name] ?? HookUse() }

    /// What the configuration grants it; nil where nothing is said.
    var grants: HookGrants? { settings.first { $0.option == HookGrants.option }.map(HookGrants.init) }
}

/// Every hook that was loaded without a problem, and the modules they may require.
package struct HookCatalogue: Sendable {
    let hooks: [Hook]
    let code: HookCode
    /// Names of the cluster's nodes, for options that are one.
    var nodes: [String] = []

    /// Without any hook.
    package static let empty = HookCatalogue(hooks: [], code: HookCode(library: [:], modules: [:]))

    /// A hook in a few words, for lists.
    package struct Entry: Hashable, Sendable {
        package let name: String
        package let about: String?
        package let version: String?
        package let file: String
        package let events: [String]
        package let isBundled: Bool
        package let isRestricted: Bool
        /// What it needs, and so was granted.
        package let needs: [String]
    }

    package var entries: [Entry] {
        hooks.map {
            Entry(name: $0.name, about: $0.about, version: $0.version, file: $0.file.path, events: $0.events.sorted(), isBundled: $0.isBundled,
                  isRestricted: $0.isRestricted, needs: $0.needs.sorted())
        }
    }

    /// The names of the hooks that run for an event, in order.
    package func order(of event: EventSchema) -> [String] { chain(for: event, bundledOnly: false).map(\.name) }

    /// Whether any hook handles the event.
    package func handles(_ event: EventSchema) -> Bool { hooks.contains { $0.events.contains(event.name) } }

    /// Whether a hook of this name is the site's own.
    package func isSite(_ name: String) -> Bool { hooks.contains { $0.name == name && !$0.isBundled } }

    /// Whose handlers run for an event, in order; replaced ones left out.
    func chain(for event: EventSchema, bundledOnly: Bool) -> [Hook] {
        let candidates = hooks.filter { $0.events.contains(event.name) && ($0.isBundled || !bundledOnly) }
        let replaced = Set(candidates.compactMap(\.replaces))
        return HookOrder(candidates.filter { !replaced.contains($0.name) }, of: event).hooks
    }

    /// Chunk names of the code that runs for a hook, and their files.
    func files(of hook: Hook) -> [String: String] {
        Dictionary((code.modules.values + hooks.filter(\.isBundled).map(\.file) + [hook.file]).map { ($0.chunk, $0.path) }) { _, last in last }
    }
}
