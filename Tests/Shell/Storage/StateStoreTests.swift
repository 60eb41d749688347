import ClusterModel
import Foundation
import GRDB
import Testing
@testable import Storage

@Suite("StateStore")
struct StateStoreTests {
    private let directory = NSTemporaryDirectory() + "understudy-state-\(UUID().uuidString)"


    @Test("What was appended is there after opening again, in order")
    func durable() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let store = try StateStore(directory: directory)
            #expect(try await store.appendToLog([1]) == 1)
            #expect(try await store.appendToLog([2, 0, 255]) == 2)
            try await store.recordStep(event: "ev-1", name: "promote", value: [7])
            try await store.recordStep(event: "ev-1", name: "promote", value: [8])
        }
        do {
            let store = try StateStore(directory: directory)
            #expect(try await store.logPayloads() == [[1], [2, 0, 255]])
            #expect(try await store.appendToLog([3]) == 3)
            #expect(try await store.stepValue(event: "ev-1", name: "promote") == [7], "the first result stands")
            #expect(try await store.stepValue(event: "ev-2", name: "promote") == nil)
        }
    }

    @Test("Each write is flushed before it is answered")
    func synchronous() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let store = try StateStore(directory: directory)
            let level = try await store.write { connection in try Int.fetchOne(connection, sql: "PRAGMA synchronous") }
            #expect(level == 2)
        }
    }

    @Test("A directory has one store at a time")
    func locked() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let held = try StateStore(directory: directory)
            #expect(throws: StorageFailure.inUse(path: directory)) { try StateStore(directory: directory) }
            withExtendedLifetime(held) {}
        }
        _ = try StateStore(directory: directory)
    }

    @Test("A directory that others can read is refused with the remedy")
    func mode() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        let failure = #expect(throws: StorageFailure.self) { try StateStore(directory: directory) }
        #expect(failure?.description.contains("chmod 700") == true)
    }

    @Test("A newer schema is refused with the version it needs")
    func newer() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let store = try StateStore(directory: directory)
            try await store.write { connection in try connection.execute(sql: "PRAGMA user_version = 99") }
        }
        #expect(throws: StorageFailure.newerSchema(found: 99, known: 1)) { try StateStore(directory: directory) }
    }

    @Test("The journal numbers events, and gives them back from any number")
    func journal() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let store = try StateStore(directory: directory)
            for index in 1...5 {
                let event = JournalEvent(at: Double(index), epoch: Epoch(2), kind: "node_down", node: NodeID(index), message: "m\(index)", details: #"{"a":1}"#)
                #expect(try await store.append(event).number == index)
            }
            #expect(try await store.events(after: 3, limit: 10).map(\.message) == ["m4", "m5"])
            #expect(try await store.latestEvents(2).map(\.number) == [4, 5])
            #expect(try await store.latestEvents(1).first?.node == NodeID(5))
        }
    }
}
