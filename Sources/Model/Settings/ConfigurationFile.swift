/// Reads a configuration file and those it includes, and collects everything that is wrong with them.
package struct ConfigurationFile {
    /// What was read; complete only when `diagnostics` holds no error.
    package private(set) var settings = Settings()
    /// In the order of reading.
    package private(set) var diagnostics: [Diagnostic] = []

    package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    /// How deep files may include files: as in PostgreSQL.
    static let includeDepth = 10
    /// A longer file is no configuration.
    static let largestFile = 4 << 20

    private let files: any ConfigurationSource
    private let path: String

    /// Reads and checks `path`.
    package init(path: String, from files: any ConfigurationSource = DiskSource()) {
        self.files = files
        self.path = path
        read(path, from: nil, depth: 0)
        checkWhole()
    }

    // MARK: Reading

    private mutating func read(_ file: String, from includer: Settings.Place?, depth: Int) {
        let place = includer ?? Settings.Place(file: file, line: 1)
        guard depth <= Self.includeDepth else {
            return fail(place, "files include each other more than \(Self.includeDepth) deep: \(file) was not read")
        }
        switch files.contents(of: file) {
        case .failure(let reason): fail(place, "\(file) cannot be read: \(reason.reason)")
        case .success(let text):
            // A CRLF file is one character per line end to Swift, so both kinds of file split alike.
            for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
                read(line, at: Settings.Place(file: file, line: index + 1), depth)
            }
        }
    }

    private mutating func read(_ line: Substring, at place: Settings.Place, _ depth: Int) {
        switch ConfigurationLine(line) {
        case .empty: break
        case .malformed(let reason): fail(place, reason)
        case .assignment("include", let value): read(resolve(value, in: place.file), from: place, depth: depth + 1)
        case .assignment("include_if_exists", let value):
            let file = resolve(value, in: place.file)
            if files.exists(file) { read(file, from: place, depth: depth + 1) }
        case .assignment("include_dir", let value): readDirectory(resolve(value, in: place.file), place, depth)
        case .assignment(let name, let value): assign(name, value, place)
        }
    }

    private mutating func readDirectory(_ directory: String, _ place: Settings.Place, _ depth: Int) {
        switch files.entries(of: directory) {
        case .failure(let reason): fail(place, "\(directory) cannot be read: \(reason.reason)")
        case .success(let names):
            for name in names.sorted() where name.hasSuffix(".conf") && !name.hasPrefix(".") {
                read(directory + "/" + name, from: place, depth: depth + 1)
            }
        }
    }

    private func resolve(_ path: String, in includer: String) -> String {
        if path.hasPrefix("/") { return path }
        guard let slash = includer.lastIndex(of: "/") else { return path }
        return includer[...slash] + path
    }

    // MARK: Names and values

    private mutating func assign(_ name: String, _ value: String, _ place: Settings.Place) {
        if name.contains(".") { return assignHookOption(name, value, place) }
        let name = name.lowercased()
        if let (declaration, node) = SettingsRegistry.shared.find(name) { return assign(declaration, node, value, place) }
        let stem = String(name.reversed().drop { $0.isNumber }.reversed())
        if let fate = PgpoolNames.fate(of: name) ?? PgpoolNames.fate(of: stem + "N") { return notice(place, "\(name) \(fate)") }
        let near = nearest(to: name, among: SettingsRegistry.shared.names + ["include", "include_dir", "include_if_exists"])
        fail(place, "unknown parameter \(name)" + (near.map { "; did you mean \($0)?" } ?? ""))
    }

    private mutating func assign(_ declaration: Declaration, _ node: Int?, _ value: String, _ place: Settings.Place) {
        switch declaration.type.parse(value) {
        case .success(let parsed): settings.set(declaration, node, parsed, value, place)
        case .failure(let mismatch):
            let name = declaration.name + (node.map(String.init) ?? "")
            fail(place, "\(name) takes \(mismatch.expected), got \(declaration.isSecret ? "<secret>" : "'\(value)'")")
        }
    }

    private mutating func assignHookOption(_ name: String, _ value: String, _ place: Settings.Place) {
        let segments = name.split(separator: ".", omittingEmptySubsequences: false)
        let isWellFormed = segments.allSatisfy { segment in
            (segment.first.map { ("a"..."z").contains($0) } ?? false) && segment.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
        }
        guard segments.count == 3, segments[0] == "hook", isWellFormed else {
            return fail(place, "\(name) is no hook option: expected hook.<hook>.<option>, each of a-z, 0-9 and _, beginning with a letter")
        }
        settings.set(Settings.HookOption(hook: String(segments[1]), option: String(segments[2]), text: value, place: place))
    }

    // MARK: The whole

    private mutating func checkWhole() {
        let end = Settings.Place(file: path, line: 1)
        let nodes = settings.nodes
        if nodes.isEmpty { fail(end, "there is no node: expected backend_hostname0 and backend_port0 at least") }
        if let stray = settings.mentionedNodes.first(where: { $0.name.hasPrefix("backend_") && !nodes.contains($0.node) }) {
            fail(stray.place, "\(stray.name)\(stray.node) is for a node without backend_hostname\(stray.node)")
        }
        checkDistinct(nodes, \.backends.hostname) { settings in { "\(settings[\.backends.hostname, node: $0]):\(settings[\.backends.port, node: $0])" } }
        checkDistinct(nodes, \.backends.applicationName) { settings in { settings.nodeName($0) } }
        if !nodes.isEmpty, let missing = nodes.first(where: { settings[\.health.user, node: $0].isEmpty }) {
            fail(settings.place(of: \.backends.hostname, node: missing) ?? end, "node \(missing) cannot be watched: health_check_user is not set")
        }
        checkSecrets()
    }

    /// No two nodes may have the same `what`.
    private mutating func checkDistinct(_ nodes: [Int], _ path: KeyPath<SettingsRegistry, Parameter<String>>,
                                        _ what: (Settings) -> (Int) -> String) {
        let what = what(settings)
        for node in nodes {
            guard let twin = nodes.first(where: { $0 < node && what($0) == what(node) }) else { continue }
            let place = settings.place(of: path, node: node) ?? settings.place(of: \.backends.hostname, node: node) ?? Settings.Place(file: self.path, line: 1)
            fail(place, "nodes \(twin) and \(node) are both \(what(node)): each node needs its own")
        }
    }

    private mutating func checkSecrets() {
        let secrets = settings.values.keys.filter { key in
            SettingsRegistry.shared.groups.contains { $0.declarations.contains { $0.isSecret && $0.name == key.name } }
        }
        for file in Set(secrets.compactMap { settings.place(of: $0) }.map(\.file)).sorted() {
            guard let mode = files.mode(of: file), mode & 0o077 != 0 else { continue }
            let line = secrets.compactMap { settings.place(of: $0) }.filter { $0.file == file }.map(\.line).min() ?? 1
            fail(Settings.Place(file: file, line: line), "\(file) holds a password and has mode \(octal(mode)): chmod 600 it, so that others cannot read it")
        }
    }

    private mutating func fail(_ place: Settings.Place, _ message: String) { diagnostics.append(Diagnostic(severity: .error, place: place, message: message)) }
    private mutating func notice(_ place: Settings.Place, _ message: String) { diagnostics.append(Diagnostic(severity: .notice, place: place, message: message)) }
}

func octal(_ mode: UInt32) -> String {
    let digits = String(mode & 0o7777, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
}

extension Settings {
    /// What views, hooks and walreceivers call a node.
    package func nodeName(_ node: Int) -> String {
        let name = self[\.backends.applicationName, node: node]
        return name.isEmpty ? "node\(node)" : name
    }

    func place(of key: Key) -> Place? { places[key] }
}
