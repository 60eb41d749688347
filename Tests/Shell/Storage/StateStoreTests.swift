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
        #expect(throws: StorageFailure.newerSchema(found: 99, known: 4)) { try StateStore(directory: directory) }
    }

    @Test("Generations of hooks come back with their files; ten are kept besides the one in force, and equal files are stored once")
    func generations() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        do {
            let store = try StateStore(directory: directory)
            let same = StoredGeneration.File(text: "same", isRestricted: false, digest: "s")
            for number in 1...3 {
                let own = StoredGeneration.File(text: "text \(number)", isRestricted: number == 2, digest: "d\(number)")
                #expect(try await store.addGeneration(["a.lua": own, "b.lua": same], digest: "g\(number)", author: "me", at: 5) == number)
            }
            try await store.markGeneration(3, fault: "boom")
            try await store.markGeneration(3, fault: "later")
            try await store.activateGeneration(2)
            #expect(try await store.generation(ofEvent: "ev-1", current: 2) == 2)
        }
        let store = try StateStore(directory: directory)
        #expect(try await store.generation(ofEvent: "ev-1", current: 9) == 2, "an event keeps what it began with")
        #expect(try await store.generations() == [
            StoredGeneration(number: 3, at: 5, digest: "g3", author: "me", fault: "boom", isActive: false),
            StoredGeneration(number: 2, at: 5, digest: "g2", author: "me", fault: nil, isActive: true),
            StoredGeneration(number: 1, at: 5, digest: "g1", author: "me", fault: nil, isActive: false),
        ])
        #expect(try await store.generationFiles(2) == ["a.lua": StoredGeneration.File(text: "text 2", isRestricted: true, digest: "d2"),
                                                       "b.lua": StoredGeneration.File(text: "same", isRestricted: false, digest: "s")])
        for number in 4...30 { _ = try await store.addGeneration([:], digest: "g\(number)", author: "me", at: 6) }
        #expect(try await store.generations().map(\.number) == Array((21...30).reversed()))
        #expect(try await store.generationFiles(2).isEmpty)
        #expect(try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM hook_file") } == 0, "what no generation has is gone")
    }

    @Test("A bookmark stands where it was put")
    func bookmarks() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try StateStore(directory: directory)
        #expect(try await store.bookmark("audit") == nil)
        try await store.setBookmark("audit", 7)
        try await store.setBookmark("audit", 9)
        #expect(try await store.bookmark("audit") == 9)
    }

    @Test("Many runs of one event push out none of another")
    func runsKept() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try StateStore(directory: directory)
        func begin(_ name: String) async throws -> Int {
            try await store.beginHookRun(HookRunRow(event: "\(name)-1", name: name, epoch: 2, attempt: 1, began: 1, phase: "ended", record: []))
        }
        let failover = try await begin("failover")
        try await store.write { connection in
            for _ in 0...StateStore.hookRunLimit {
                try connection.execute(sql: "INSERT INTO hook_run (event, name, epoch, attempt, began, phase, record) VALUES ('timer-1', 'timer', 2, 1, 1, 'ended', x'')")
            }
        }
        _ = try await begin("timer")
        #expect(try await store.hookRuns(of: "failover-1").map(\.number) == [failover])
        #expect(try await store.hookRuns(of: "timer-1").count == StateStore.hookRunLimit)
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
