/// Every parameter there is. A group's stored properties are its parameters, in the order of documents.
package struct SettingsRegistry: Sendable {
    package let connections = ConnectionSettings()
    package let backends = BackendSettings()
    package let health = HealthSettings()
    package let authentication = AuthenticationSettings()
    package let daemon = DaemonSettings()

    package static let shared = SettingsRegistry()

    /// The groups, in the order of documents.
    package let groups: [any SettingsGroup]
    private let byName: [String: Declaration]

    private init() {
        // Found by reflection, so that a declaration is the only place a parameter is named.
        groups = [connections, backends, health, authentication, daemon]
        byName = Dictionary(groups.flatMap(\.declarations).map { ($0.name, $0) }) { first, _ in
            preconditionFailure("\(first.name) is declared twice")
        }
    }

    /// The parameter that a name in a file means, and the node it is for; nil for an unknown name.
    func find(_ name: String) -> (declaration: Declaration, node: Int?)? {
        if let declaration = byName[name], declaration.perNode != .required { return (declaration, nil) }
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
        guard digits > 0, digits <= 3, let node = Int(name.suffix(digits)), node <= Self.highestNode,
              let declaration = byName[String(name.dropLast(digits))], declaration.perNode != .never else { return nil }
        return (declaration, node)
    }

    /// Every name, those per node with `N`.
    var names: [String] { byName.values.map { $0.perNode == .required ? $0.name + "N" : $0.name } }

    /// The highest number a node may have, as in pgpool.
    package static let highestNode = 127
}

/// Parameters that belong together, under one heading.
package protocol SettingsGroup: Sendable {
    var title: String { get }
}

extension SettingsGroup {
    /// The group's parameters, in the order of their declaration.
    package var declarations: [Declaration] {
        Mirror(reflecting: self).children.compactMap { ($0.value as? any DeclaredParameter)?.declaration }
    }
}

private protocol DeclaredParameter {
    var declaration: Declaration { get }
}

extension Parameter: DeclaredParameter {}
