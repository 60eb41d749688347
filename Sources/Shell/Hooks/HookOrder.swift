/// Several hooks of one event in the order in which they run: total, and the same everywhere.
///
/// `before` and `after` of the headers bind; where they leave a choice, site hooks come before bundled ones, then names decide.
struct HookOrder {
    private(set) var hooks: [Hook] = []
    /// The names around a cycle, beginning and ending with the same; empty where there is none.
    private(set) var cycle: [String] = []

    init(_ candidates: [Hook], of event: EventSchema) {
        var waiting = candidates.sorted { ($0.isBundled ? 1 : 0, $0.name) < ($1.isBundled ? 1 : 0, $1.name) }
        let earlier = Self.earlier(waiting, event)
        var placed: Set<String> = []
        while !waiting.isEmpty {
            guard let next = waiting.firstIndex(where: { earlier[$0.name, default: []].isSubset(of: placed) }) else {
                cycle = Self.cycle(among: waiting.map(\.name), earlier)
                // A chain must be total even so; a catalogue with a cycle is not put in force.
                hooks += waiting
                return
            }
            placed.insert(waiting[next].name)
            hooks.append(waiting.remove(at: next))
        }
    }

    /// For each hook, those that must run before it.
    private static func earlier(_ hooks: [Hook], _ event: EventSchema) -> [String: Set<String>] {
        let known = Set(hooks.map(\.name))
        var earlier: [String: Set<String>] = [:]
        for hook in hooks {
            let use = hook.use(for: event)
            for other in use.after where known.contains(other) { earlier[hook.name, default: []].insert(other) }
            for other in use.before where known.contains(other) { earlier[other, default: []].insert(hook.name) }
        }
        return earlier
    }

    /// Every one of `stuck` waits for another of them, so walking from one to the next comes back.
    private static func cycle(among stuck: [String], _ earlier: [String: Set<String>]) -> [String] {
        guard var current = stuck.first else { return [] }
        var path: [String] = []
        while !path.contains(current) {
            path.append(current)
            guard let next = earlier[current, default: []].intersection(stuck).min() else { return [] }
            current = next
        }
        let begin = path.firstIndex(of: current) ?? 0
        return ([current] + path[begin...].dropFirst().reversed() + [current])
    }
}
