package import PostgresWire

/// Run-time parameters that were set, beyond what a backend starts with.
///
/// Kept for each session (what its client set) and each backend (what is in force there); where they differ when the two
/// meet, `text(toBecome:)` makes the backend follow the session.
package struct SessionSettings: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        /// The value as a text, as a start-up packet has it.
        case text(String)
        /// The client's own SET statement.
        case statement(String)
    }

    struct Entry: Hashable, Sendable {
        /// In small letters.
        let name: String
        let value: Value
    }

    private(set) var entries: [Entry] = []

    package init() {}

    /// What a client asks for when it connects: its `options`, then its parameters. Options that cannot be read were refused before.
    package init(_ startup: StartupMessage) {
        do throws(StartupOptions.Unreadable) {
            for parameter in try StartupOptions(startup["options"] ?? "").settings { set(parameter.name, .text(parameter.value)) }
        } catch {
            precondition(startup.isReplication, "a session with options that cannot be read: \(error.word)")
        }
        for parameter in startup.parameters where parameter.name != "options" && parameter.name != "replication" {
            set(parameter.name, .text(parameter.value))
        }
    }

    package var isEmpty: Bool { entries.isEmpty }

    subscript(name: String) -> Value? { entries.first { $0.name == name }?.value }

    mutating func set(_ name: String, _ value: Value) {
        let entry = Entry(name: name.lowercased(), value: value)
        if let index = entries.firstIndex(where: { $0.name == entry.name }) { entries[index] = entry } else { entries.append(entry) }
    }

    mutating func remove(_ name: String) {
        let name = name.lowercased()
        entries.removeAll { $0.name == name }
    }

    /// One text that turns these settings into `wanted`, all or nothing; nil where they are the same.
    func text(toBecome wanted: SessionSettings) -> String? {
        if self == wanted { return nil }
        // A role decides what else may be set, so it is left first and taken last.
        let gone = entries.filter { wanted[$0.name] == nil }.sorted { $0.isRole && !$1.isRole }
        let fresh = wanted.entries.filter { self[$0.name] != $0.value }.sorted { !$0.isRole && $1.isRole }
        var statements = gone.map { "RESET \($0.quotedName)" }
        if let role = fresh.last, role.isRole, self["role"] != nil { statements.insert("RESET role", at: 0) }
        statements += fresh.map(\.statement)
        return statements.isEmpty ? nil : statements.joined(separator: ";")
    }
}

extension SessionSettings.Entry {
    var isRole: Bool { name == "role" }

    /// Each part of the name quoted, so that whatever came as a name stays one.
    var quotedName: String {
        name.split(separator: ".", omittingEmptySubsequences: false).map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ".")
    }

    var statement: String {
        switch value {
        case .statement(let text): text
        case .text(let text): "SELECT pg_catalog.set_config(\(Self.literal(name)),\(Self.literal(text)),false)"
        }
    }

    /// A string that reads the same whatever standard_conforming_strings says.
    private static func literal(_ text: String) -> String {
        let doubled = text.replacing("'", with: "''")
        return text.contains("\\") ? "E'" + doubled.replacing("\\", with: "\\\\") + "'" : "'" + doubled + "'"
    }
}

/// What a statement of a client does to its settings, once it is committed.
enum SettingChange: Hashable, Sendable {
    /// `SET name …`; the text is the statement.
    case set(name: String, text: String)
    case reset(name: String)
    case resetAll
}
