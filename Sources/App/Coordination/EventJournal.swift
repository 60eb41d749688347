package import ClusterModel
internal import Foundation
package import Storage

/// The event journal: stored first, then whoever follows it is woken to read it.
package actor EventJournal {
    private let store: StateStore
    private var followers: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextFollower = 0

    package init(store: StateStore) { self.store = store }

    /// Stores an event and wakes the followers.
    package func append(kind: String, epoch: Epoch, node: NodeID?, message: String, details: String) async throws(StorageFailure) {
        let event = JournalEvent(at: Date().timeIntervalSince1970, epoch: epoch, kind: kind, node: node, message: message, details: details)
        _ = try await store.append(event)
        for follower in followers.values { follower.yield() }
    }

    /// The newest events, oldest first.
    package func latest(_ limit: Int) async throws(StorageFailure) -> [JournalEvent] { try await store.latestEvents(limit) }

    /// The newest event of a kind; nil where there is none.
    package func latest(ofKind kind: String) async throws(StorageFailure) -> JournalEvent? { try await store.latestEvent(ofKind: kind) }

    /// Up to `limit` events after `number`, oldest first.
    package func events(after number: Int, limit: Int) async throws(StorageFailure) -> [JournalEvent] {
        try await store.events(after: number, limit: limit)
    }

    /// What is on record of a procedure, oldest first.
    package func events(of procedure: String) async throws(StorageFailure) -> [JournalEvent] { try await store.events(of: procedure) }

    /// Wakes once now and again whenever events were stored since; several wake-ups that nobody took are one.
    package func wakeUps() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        nextFollower += 1
        let id = nextFollower
        followers[id] = continuation
        continuation.onTermination = { _ in Task { await self.forget(id) } }
        continuation.yield()
        return stream
    }

    private func forget(_ id: Int) { followers[id] = nil }
}

/// Names events: sortable by time, unique.
package enum EventID {
    /// A new one.
    package static func make() -> String {
        let milliseconds = UInt64(Date().timeIntervalSince1970 * 1000)
        return "ev-" + hex(milliseconds, 12) + hex(UInt64(UInt32.random(in: 0...UInt32.max)), 8)
    }

    private static func hex(_ number: UInt64, _ width: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
