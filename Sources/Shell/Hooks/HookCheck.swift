internal import Settings

/// What can be said of hooks only when all of them are known: names, what replaces what, order, grants, options of nobody.
struct HookCheck {
    let hooks: [Hook]
    private(set) var problems: [HookProblem] = []

    /// `isWhole`: every file could be looked into.
    init(_ hooks: [Hook], options: [Settings.HookOption], isWhole: Bool) {
        self.hooks = hooks.sorted { ($0.isBundled ? 1 : 0, $0.name, $0.file.path) < ($1.isBundled ? 1 : 0, $1.name, $1.file.path) }
        checkNames()
        for hook in self.hooks where !hook.isBundled { checkGrants(hook) }
        if isWhole { checkOrder() }
        if isWhole { checkOptionNames(options) }
    }

    private mutating func report(_ hook: Hook, _ message: String) { problems.append(HookProblem(hook.file.path, line: hook.line, message)) }

    private mutating func checkNames() {
        let bundled = Set(hooks.filter(\.isBundled).map(\.name))
        var seen: [String: Hook] = [:]
        for hook in hooks {
            if let other = seen[hook.name] {
                report(hook, "a hook is called \"\(hook.name)\" already, in \(other.file.path)")
            } else if let other = seen[hook.segment], other.replaces != hook.name {
                report(other, "the name \"\(hook.segment)\" belongs to the hook \(hook.name): choose another, or write replaces = \"\(hook.name)\"")
            }
            if let replaced = hook.replaces, !bundled.contains(replaced) {
                report(hook, "replaces = \"\(replaced)\": there is no such hook; those that can be replaced are \(bundled.sorted().joined(separator: ", "))")
            }
            seen[hook.name] = hook
        }
    }

    /// A right is asked for by the file and given by the administrator; what comes with Understudy has its rights.
    private mutating func checkGrants(_ hook: Hook) {
        let missing = hook.needs.sorted().map { Capability($0) }.filter { hook.grants?.allow($0) != true }
        if !missing.isEmpty {
            let whole = (hook.grants?.granted ?? []) + missing
            report(hook, "hook \"\(hook.name)\" needs \(missing.map { "\"\($0)\"" }.joined(separator: ", ")), which it is not granted: "
                + "write hook.\(hook.segment).grants = '\(whole.map(\.description).joined(separator: ", "))' into the configuration")
        }
        guard let grants = hook.grants else { return }
        for stranger in grants.strangers {
            problems.append(HookProblem(grants.place.file, line: grants.place.line, "hook.\(hook.segment).grants: there is no capability \"\(stranger)\"; those are "
                + HostFunction.capabilities.joined(separator: ", ")))
        }
    }

    private mutating func checkOrder() {
        let known = Dictionary(hooks.map { ($0.name, $0) }) { first, _ in first }
        for hook in hooks {
            for (event, use) in hook.uses.sorted(by: { $0.key < $1.key }) {
                for (key, others) in [("before", use.before), ("after", use.after)] {
                    for other in others where known[other]?.events.contains(event) != true {
                        let words = known[other] == nil ? "there is no hook \"\(other)\"" : "hook \"\(other)\" has no handler for \(event)"
                        let choices = hooks.filter { $0.events.contains(event) && $0.name != hook.name }.map(\.name).joined(separator: ", ")
                        report(hook, "on.\(event).\(key): \(words); the hooks of \(event) are \(choices.isEmpty ? "this one alone" : choices)")
                    }
                }
            }
        }
        for event in EventSchema.all {
            let cycle = HookOrder(hooks.filter { $0.events.contains(event.name) }, of: event).cycle
            guard let first = cycle.first, let hook = known[first] else { continue }
            report(hook, "the order of the hooks of \(event.name) goes round in a circle: \(cycle.joined(separator: " before ")); take one before or after out")
        }
    }

    private mutating func checkOptionNames(_ options: [Settings.HookOption]) {
        let known = Set(hooks.map(\.segment))
        for option in options where !known.contains(option.hook) {
            problems.append(HookProblem(option.place.file, line: option.place.line,
                                        "hook.\(option.hook).\(option.option): there is no hook \"\(option.hook)\"; the hooks are \(known.sorted().joined(separator: ", "))"))
        }
    }
}
