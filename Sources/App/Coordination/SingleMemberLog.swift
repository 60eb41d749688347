package import Failover
internal import Foundation
package import Storage

/// The control log of a cluster with one member: what is on its disk is committed.
package actor SingleMemberLog: ControlLog {
    private let store: StateStore
    private var apply: (@Sendable (ControlLogEntry) async -> Void)?

    package init(store: StateStore) { self.store = store }

    /// Hands over what is on disk; an entry that cannot be read is a failure, never skipped.
    package func start(_ apply: @escaping @Sendable (ControlLogEntry) async -> Void) async throws(ControlLogFailure) {
        precondition(self.apply == nil, "the control log is started once")
        self.apply = apply
        let payloads: [[UInt8]]
        do { payloads = try await store.logPayloads() } catch { throw .storage(reason: error.description) }
        for (offset, payload) in payloads.enumerated() {
            await apply(ControlLogEntry(index: offset + 1, command: try decode(payload, at: offset + 1)))
        }
    }

    /// On disk, then applied, when it returns.
    package func propose(_ command: ClusterCommand) async throws(ControlLogFailure) {
        guard let apply else { preconditionFailure("a command was proposed before the control log was started") }
        let index: Int
        do { index = try await store.appendToLog(try encode(command)) } catch let failure as StorageFailure {
            throw .storage(reason: failure.description)
        } catch {
            throw .storage(reason: "a command cannot be written as JSON: \(error)")
        }
        await apply(ControlLogEntry(index: index, command: command))
    }

    private func encode(_ command: ClusterCommand) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return Array(try encoder.encode(command))
    }

    private func decode(_ payload: [UInt8], at index: Int) throws(ControlLogFailure) -> ClusterCommand {
        do { return try JSONDecoder().decode(ClusterCommand.self, from: Data(payload)) } catch {
            throw .storage(reason: "entry \(index) of the control log cannot be read: \(error)")
        }
    }
}
