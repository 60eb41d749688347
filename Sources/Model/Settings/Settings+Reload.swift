extension Settings {
    /// What a running configuration becomes by one that was read anew.
    package struct Reload: Sendable {
        /// The new values, except those that take effect only after a restart: they are as they were.
        package let inForce: Settings
        /// Parameters with a new value in force, in the order of documents; then the options of hooks.
        package let applied: [String]
        /// Parameters whose new value waits for a restart.
        package let waiting: [String]
    }

    /// Whose values may change while running is said by each declaration.
    package func reloaded(as fresh: Settings) -> Reload {
        var inForce = fresh
        for declaration in SettingsRegistry.shared.groups.flatMap(\.declarations) where declaration.change == .restart {
            inForce.take(declaration, from: self)
        }
        return Reload(inForce: inForce, applied: inForce.changedNames(from: self) + inForce.changedOverrides(from: self) + inForce.changedHookOptions(from: self),
                      waiting: fresh.changedNames(from: inForce))
    }

    /// The names of `changes(from:)`, with the number of the node where it is one node's alone.
    private func changedNames(from old: Settings) -> [String] {
        changes(from: old).flatMap { declaration in
            let numbers = Set(values.keys).union(old.values.keys).filter { $0.name == declaration.name }.map(\.node)
            let changed = numbers.filter { value(declaration, $0) != old.value(declaration, $0) }
            return changed.contains(nil) ? [declaration.name] : changed.compactMap(\.self).sorted().map { "\(declaration.name)\($0)" }
        }
    }

    private func changedOverrides(from old: Settings) -> [String] {
        func names(_ subject: PoolOverride.Subject, _ new: [String: PoolOverride], _ before: [String: PoolOverride]) -> [String] {
            Set(new.keys).union(before.keys).filter { new[$0] != before[$0] }.sorted().map { "\(subject.rawValue).\($0)" }
        }
        return names(.database, databaseOverrides, old.databaseOverrides) + names(.user, userOverrides, old.userOverrides)
    }

    private func changedHookOptions(from old: Settings) -> [String] {
        func texts(_ settings: Settings) -> [String: String] {
            Dictionary(uniqueKeysWithValues: settings.hookOptions.map { ("hook.\($0.hook).\($0.option)", $0.text) })
        }
        let new = texts(self), before = texts(old)
        return Set(new.keys).union(before.keys).filter { new[$0] != before[$0] }.sorted()
    }
}
