internal import Synchronization

/// The runs that are under way, to be cancelled by their event.
package final class RunningEvents: Sendable {
    private let runs = Mutex<[Int: HookRun]>([:])
    /// Runs of an earlier daemon whose undoing somebody finishes now.
    private let claims = Mutex<Set<Int>>([])

    package init() {}

    func add(_ run: HookRun) { runs.withLock { $0[run.number] = run } }
    func remove(_ run: HookRun) { runs.withLock { $0[run.number] = nil } }
    func contains(_ number: Int) -> Bool { runs.withLock { $0[number] != nil } }

    /// Whether the caller is the one to finish the run; it says `release` when that is done.
    func claim(_ number: Int) -> Bool { !contains(number) && claims.withLock { $0.insert(number).inserted } }
    func release(_ number: Int) { claims.withLock { _ = $0.remove(number) } }
    func isClaimed(_ number: Int) -> Bool { contains(number) || claims.withLock { $0.contains(number) } }

    /// Ends the event's runs: the next call is refused, then what was done is undone. False when none is under way.
    package func cancel(_ event: String) -> Bool {
        let found = runs.withLock { $0.values.filter { $0.record.id == event } }
        for run in found { run.cancel() }
        return !found.isEmpty
    }

    /// The events that run now.
    package var events: [String] { runs.withLock { $0.values.map(\.record.id).sorted() } }
}

/// Whether a process that undoes has come to its undoing.
final class UndoPhase: Sendable {
    private let isBegun = Atomic(false)
    var hasBegun: Bool { isBegun.load(ordering: .acquiring) }
    func begin() { isBegun.store(true, ordering: .releasing) }
}
