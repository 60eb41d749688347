/// What is set for one database or one user alone: the value of `database.NAME` or `user.NAME`, in the words of PgBouncer's
/// `[databases]` and `[users]`. What is nil is as it is for all.
package struct PoolOverride: Hashable, Sendable {
    /// Whether a line speaks of a database or of a user.
    package enum Subject: String, Hashable, Sendable, CaseIterable { case database, user }

    package var mode: PoolMode?
    package var size: Int?
    package var minimum: Int?
    package var reserve: Int?
    /// Zero is for ever.
    package var lifetime: Duration?
    /// Most backends over all its pools, and most frontends; zero is no limit.
    package var maxBackends: Int?
    package var maxFrontends: Int?

    package init() {}

    /// One word that may stand in the value.
    struct Key: Sendable {
        let name: String
        let type: ParameterType
        let set: @Sendable (inout PoolOverride, ParameterValue) -> Void
        /// nil where it does not stand there.
        let value: @Sendable (PoolOverride) -> ParameterValue?

        static func number(_ name: String, _ bounds: ClosedRange<Int>, _ path: any WritableKeyPath<PoolOverride, Int?> & Sendable) -> Key {
            Key(name: name, type: .integer(bounds), set: { override, value in
                if case .integer(let number) = value { override[keyPath: path] = number }
            }, value: { $0[keyPath: path].map(ParameterValue.integer) })
        }

        static let mode = Key(name: "pool_mode", type: .choice(PoolMode.allCases.map(\.rawValue), synonyms: [:]), set: { override, value in
            if case .string(let word) = value { override.mode = PoolMode(rawValue: word) }
        }, value: { $0.mode.map { .string($0.rawValue) } })

        static let lifetime = Key(name: "server_lifetime", type: .duration(.zero ... .seconds(31_536_000), unit: .seconds), set: { override, value in
            if case .duration(let duration) = value { override.lifetime = duration }
        }, value: { $0.lifetime.map(ParameterValue.duration) })
    }

    /// As it stands in the file.
    func text(_ subject: Subject) -> String {
        Self.keys(subject).compactMap { key in key.value(self).map { "\(key.name)=\(key.type.text(of: $0))" } }.joined(separator: " ")
    }

    static func keys(_ subject: Subject) -> [Key] {
        let common: [Key] = [
            .mode, .number("pool_size", 1...100_000, \.size), .number("reserve_pool_size", 0...100_000, \.reserve),
        ]
        switch subject {
        case .database:
            return common + [
                .number("min_pool_size", 0...100_000, \.minimum), .number("max_db_connections", 0...1_000_000, \.maxBackends),
                .number("max_db_client_connections", 0...1_000_000, \.maxFrontends), .lifetime,
            ]
        case .user:
            return common + [.number("max_user_connections", 0...1_000_000, \.maxBackends), .number("max_user_client_connections", 0...1_000_000, \.maxFrontends)]
        }
    }

    /// PgBouncer's words that say where a database is, or how to log in there.
    static let foreign: Set = [
        "host", "port", "dbname", "user", "password", "auth_user", "auth_query", "auth_dbname", "client_encoding", "datestyle", "timezone", "connect_query",
        "load_balance_hosts", "application_name",
    ]
}

extension ConfigurationFile {
    /// The subject of a line like `database.shop`, and its name; nil for other lines.
    static func overridden(_ name: String) -> (subject: PoolOverride.Subject, name: String)? {
        guard let dot = name.firstIndex(of: "."), let subject = PoolOverride.Subject(rawValue: name[..<dot].lowercased()) else { return nil }
        return (subject, String(name[name.index(after: dot)...]))
    }

    /// PostgreSQL cuts longer names (NAMEDATALEN).
    private static let longestName = 63

    mutating func assignOverride(_ subject: PoolOverride.Subject, _ name: String, _ value: String, _ place: Settings.Place) {
        let line = "\(subject.rawValue).\(clipped(name))"
        guard !name.isEmpty, name.utf8.count <= Self.longestName else {
            return found.error(place, "\(subject.rawValue).NAME needs the name of a \(subject.rawValue), of 1 to \(Self.longestName) bytes")
        }
        var override = PoolOverride()
        let keys = PoolOverride.keys(subject)
        for word in value.split(whereSeparator: \.isWhitespace) {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                found.error(place, "\(line) takes words like pool_size=20 with blanks between them, got \(clipped(word))")
                continue
            }
            let key = word[..<equals].lowercased(), text = String(word[word.index(after: equals)...])
            guard let known = keys.first(where: { $0.name == key }) else {
                found.error(place, Self.unknownKey(key, subject, line))
                continue
            }
            switch known.type.parse(text) {
            case .success(let parsed): known.set(&override, parsed)
            case .failure(let mismatch): found.error(place, "\(line): \(key) takes \(mismatch.expected), got '\(clipped(text))'")
            }
        }
        settings.set(override, subject, name)
    }

    private static func unknownKey(_ key: String, _ subject: PoolOverride.Subject, _ line: String) -> String {
        if PoolOverride.foreign.contains(key) {
            return "\(line): \(clipped(key)) does not exist here: where nodes are is said by backend_hostnameN, and databases keep their names"
        }
        let near = nearest(to: key, among: PoolOverride.keys(subject).map(\.name)).map { "; did you mean \($0)?" } ?? ""
        return "\(line): unknown word \(clipped(key))" + near
    }
}
