package import ClusterModel
package import NodeConnections

/// What is done to a running server over SQL. Each may be repeated.
extension NodeHands {
    private static let brief = Duration.seconds(10)
    /// A checkpoint writes what is dirty, which may be much.
    private static let checkpointTimeout = Duration.seconds(600)

    /// Whether a server listens there, whatever it answers; throws where that cannot be known.
    package func isRunning() async throws(NodeFailure) -> Bool {
        do { _ = try await channel.ask("SELECT 1", timeout: Self.brief) } catch {
            switch error {
            case .refused: return false
            case .rejected, .sql: return true
            case .lost, .unreachable, .timedOut, .unable, .cancelled: throw error
            }
        }
        return true
    }

    /// Whether it takes a login and answers.
    package func answers() async -> Bool {
        do { _ = try await channel.ask("SELECT 1", timeout: Self.brief) } catch { return false }
        return true
    }

    /// Has the server read its configuration again.
    package func reload(in epoch: Epoch) async throws {
        try await epochs.check(epoch)
        _ = try await channel.ask("SELECT pg_reload_conf()", timeout: Self.brief)
    }

    /// Makes a checkpoint at once.
    package func checkpoint(in epoch: Epoch) async throws {
        try await epochs.check(epoch)
        _ = try await channel.execute("CHECKPOINT", timeout: Self.checkpointTimeout)
    }

    /// ALTER SYSTEM and a reload; nil takes the setting back.
    package func set(_ name: String, _ value: String?, in epoch: Epoch) async throws {
        guard !name.isEmpty, name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }) else {
            throw ProgramFailure("\"\(name)\" is no name of a setting")
        }
        try await epochs.check(epoch)
        let quoted = name.split(separator: ".").map { "\"\($0)\"" }.joined(separator: ".")
        let text = value.map { "ALTER SYSTEM SET \(quoted) = \(Self.literal($0))" } ?? "ALTER SYSTEM RESET \(quoted)"
        _ = try await channel.execute(text, timeout: Self.brief)
        try await reload(in: epoch)
    }

    /// An escape string, which means the same whatever standard_conforming_strings says.
    static func literal(_ value: String) -> String { "E'\(value.replacing("\\", with: "\\\\").replacing("'", with: "''"))'" }

    /// Makes a physical replication slot if there is none.
    package func ensureSlot(_ name: String, in epoch: Epoch) async throws {
        try await epochs.check(epoch)
        _ = try await channel.ask("SELECT pg_create_physical_replication_slot($1) WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = $1)", [name], timeout: Self.brief)
    }

    /// Drops a slot if there is one that nobody uses.
    package func dropSlot(_ name: String, in epoch: Epoch) async throws {
        try await epochs.check(epoch)
        _ = try await channel.ask("SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1 AND NOT active", [name], timeout: Self.brief)
    }
}
