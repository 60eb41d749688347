import Synchronization
@testable import Hooks

/// Generations in memory, which outlive `HookGenerations` as the store outlives daemons.
final class MemoryGenerations: HookGenerationStore {
    private struct State {
        var bundles: [HookBundle] = []
        var authors: [String] = []
        var faults: [Int: String] = [:]
        var active = 0
        var events: [String: Int] = [:]
    }

    private let state = Mutex(State())

    func generations() async throws(HookJournalFailure) -> [HookGeneration] {
        state.withLock { state in
            state.bundles.indices.reversed().map { index in
                HookGeneration(number: index + 1, at: 0, digest: state.bundles[index].digest, author: state.authors[index], fault: state.faults[index + 1],
                               isActive: state.active == index + 1)
            }
        }
    }

    func bundle(of number: Int) async throws(HookJournalFailure) -> HookBundle {
        guard let bundle = state.withLock({ $0.bundles.indices.contains(number - 1) ? $0.bundles[number - 1] : nil }) else { throw HookJournalFailure("no generation \(number)") }
        return bundle
    }

    func add(_ bundle: HookBundle, author: String) async throws(HookJournalFailure) -> Int {
        state.withLock { state in
            state.bundles.append(bundle)
            state.authors.append(author)
            state.active = state.bundles.count
            return state.active
        }
    }

    func activate(_ number: Int) async throws(HookJournalFailure) { state.withLock { $0.active = number } }
    func mark(_ number: Int, fault: String) async throws(HookJournalFailure) { state.withLock { $0.faults[number] = $0.faults[number] ?? fault } }

    func generation(ofEvent event: String, current: Int) async throws(HookJournalFailure) -> Int {
        state.withLock { state in
            if state.events[event] == nil { state.events[event] = current }
            return state.events[event] ?? current
        }
    }
}
