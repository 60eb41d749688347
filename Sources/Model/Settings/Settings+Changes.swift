extension Settings {
    /// The parameters whose values in force differ from `old`, and when the new ones take effect.
    package func changes(from old: Settings) -> [Declaration] {
        SettingsRegistry.shared.groups.flatMap(\.declarations).filter { declaration in
            let written = Set(values.keys).union(old.values.keys).filter { $0.name == declaration.name }
            return written.contains { value(declaration, $0.node) != old.value(declaration, $0.node) }
        }
    }
}
