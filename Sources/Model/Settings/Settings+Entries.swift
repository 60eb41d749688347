extension Settings {
    /// One parameter as it stands, for people: a row of `SHOW`.
    package struct Entry: Hashable, Sendable {
        /// With the node's number where there is one.
        package let name: String
        /// In the file's form, unquoted; `<secret>` for a secret that is set.
        package let value: String
        /// Where it was written; nil for a default.
        package let place: Place?
        package let meaning: String
        /// In the file's form, unquoted.
        package let defaultText: String
        /// A reload takes a new value over; otherwise a restart does.
        package let isChangeable: Bool
    }

    /// Every parameter in the order of documents: those of a node once a node, and a node's own value behind the one for all. Then what is set
    /// for single databases and users.
    package var entries: [Entry] { declared + overrides }

    private var declared: [Entry] {
        SettingsRegistry.shared.groups.flatMap(\.declarations).flatMap { declaration in
            let own = values.keys.compactMap { $0.name == declaration.name ? $0.node : nil }.sorted()
            let numbers: [Int?] = switch declaration.perNode {
            case .never: [nil]
            case .required: nodes
            case .optional: [nil] + own
            }
            return numbers.map { entry(declaration, $0) }
        }
    }

    private var overrides: [Entry] {
        [(PoolOverride.Subject.database, databaseOverrides), (.user, userOverrides)].flatMap { subject, overrides in
            overrides.sorted { $0.key < $1.key }.map { name, override in
                Entry(name: "\(subject.rawValue).\(name)", value: override.text(subject), place: nil, meaning: "What is different for the \(subject.rawValue) \(name).",
                      defaultText: "", isChangeable: true)
            }
        }
    }

    private func entry(_ declaration: Declaration, _ node: Int?) -> Entry {
        Entry(name: declaration.name + (node.map(String.init) ?? ""), value: declaration.type.text(of: value(declaration, node)),
              place: places[Key(name: declaration.name, node: node)], meaning: declaration.meaning,
              defaultText: declaration.defaultText, isChangeable: declaration.change == .reload)
    }
}
