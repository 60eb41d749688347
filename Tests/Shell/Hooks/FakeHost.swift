import ClusterModel
import Synchronization
@testable import Hooks

/// A host whose nodes are standbys until they are promoted; notes every call.
final class FakeHost: HookHost {
    struct State {
        var calls: [HostCall] = []
        var contexts: [EffectContext] = []
        var writable: Set<NodeID> = []
        var failure: HostCallFailure?
        /// Calls wait here until their task is cancelled.
        var hangs = false
        /// Called when a promotion was asked for.
        var onPromote: (@Sendable () async -> Void)?
    }

    let state = Mutex(State())

    init(writable: Set<NodeID> = []) { state.withLock { $0.writable = writable } }

    var calls: [HostCall] { state.withLock(\.calls) }
    var promotions: Int { calls.count { if case .promote = $0 { true } else { false } } }
    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func perform(_ call: HostCall, in context: EffectContext) async throws(HostCallFailure) -> HookValue {
        let (failure, hangs) = state.withLock { state in
            state.calls.append(call)
            state.contexts.append(context)
            return (state.failure, state.hangs)
        }
        if let failure { throw failure }
        if hangs {
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw HostCallFailure(.environment, "cancelled") }
        }
        switch call {
        case .promote(let node, _):
            let onPromote = state.withLock { state in
                state.writable.insert(node)
                return state.onPromote
            }
            await onPromote?()
            return .none
        case .inRecovery(let node): return .boolean(state.withLock { !$0.writable.contains(node) })
        case .sql(_, let text, let parameters, _):
            return HookRows(columns: ["text", "parameter"], rows: [[.text(text), parameters.first ?? .none]], command: "SELECT 1").value
        }
    }
}

/// A journal in memory, which outlives runners as the store outlives daemons.
final class MemoryJournal: HookJournal {
    private let steps = Mutex<[StepKey: HookValue]>([:])
    private let effects = Mutex<[HookEffect]>([])

    var finishedSteps: [String] { steps.withLock { $0.keys.map(\.name).sorted() } }
    var recordedEffects: [HookEffect] { effects.withLock { $0 } }

    func recordedStep(_ step: StepKey) async throws(HookJournalFailure) -> HookValue? { steps.withLock { $0[step] } }
    func recordStep(_ step: StepKey, _ value: HookValue) async throws(HookJournalFailure) { steps.withLock { $0[step] = $0[step] ?? value } }
    func record(_ effect: HookEffect) async { effects.withLock { $0.append(effect) } }
}
