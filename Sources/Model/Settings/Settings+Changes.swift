extension Settings {
    /// The parameters whose values differ from `old`, and when the new ones take effect.
    package func changes(from old: Settings) -> [Declaration] {
        SettingsRegistry.shared.groups.flatMap(\.declarations).filter { declaration in
            let keys = Set(values.keys).union(old.values.keys).filter { $0.name == declaration.name }
            return keys.contains { values[$0] != old.values[$0] }
        }
    }
}
