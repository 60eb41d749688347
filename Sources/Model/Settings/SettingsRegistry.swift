/// Every parameter there is. A group's stored properties are its parameters, in the order of documents.
package struct SettingsRegistry: Sendable {
    package let connections = ConnectionSettings()
    package let pooling = PoolSettings()
    package let timeouts = TimeoutSettings()
    package let tcp = TCPSettings()
    package let backends = BackendSettings()
    package let health = HealthSettings()
    package let failover = FailoverSettings()
    package let authentication = AuthenticationSettings()
    package let tls = TLSSettings()
    package let administration = AdministrationSettings()
    package let daemon = DaemonSettings()
    package let hooks = HookSettings()

    package static let shared = SettingsRegistry()

    /// The groups, in the order of documents.
    package let groups: [any SettingsGroup]
    private let byName: [String: Declaration]

    /// The highest number a node may have, as in pgpool.
    package static let highestNode = 127

    private init() {
        // Found by reflection, so that a declaration is the only place a parameter is named.
        groups = [connections, pooling, timeouts, tcp, backends, health, failover, authentication, tls, administration, daemon, hooks]
        let named = groups.flatMap(\.declarations).flatMap { declaration in ([declaration.name] + declaration.formerNames).map { ($0, declaration) } }
        byName = Dictionary(named) { first, _ in preconditionFailure("a name of \(first.name) is declared twice") }
    }

    /// What a name in a file means.
    enum Meaning {
        /// A parameter, the node it is for, and the name it was called by when that is not today's.
        case parameter(Declaration, node: Int?, formerName: String?)
        /// A parameter per node with a number that no node has.
        case badNumber(Declaration)
    }

    /// What a name in small letters means; nil for an unknown one.
    func find(_ name: String) -> Meaning? {
        if let declaration = byName[name], declaration.perNode != .required {
            return .parameter(declaration, node: nil, formerName: declaration.name == name ? nil : name)
        }
        let (stem, digits) = Self.split(name)
        guard !digits.isEmpty, let declaration = byName[stem], declaration.perNode != .never else { return nil }
        guard let node = Int(digits), node <= Self.highestNode, String(node) == digits else { return .badNumber(declaration) }
        return .parameter(declaration, node: node, formerName: declaration.name == stem ? nil : name)
    }

    /// Every name, those per node with `N`.
    var names: [String] { byName.map { name, declaration in declaration.perNode == .required ? name + "N" : name } }

    /// Every name that takes a number, without it.
    var numberedStems: [String] { byName.compactMap { name, declaration in declaration.perNode == .never ? nil : name } }

    /// `backend_port7` is `backend_port` and `7`.
    static func split(_ name: String) -> (stem: String, digits: String) {
        let count = name.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }.count
        return (String(name.dropLast(count)), String(name.suffix(count)))
    }
}

/// Parameters that belong together, under one heading.
package protocol SettingsGroup: Sendable {
    /// The heading.
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
