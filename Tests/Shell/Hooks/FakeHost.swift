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
        /// What the cluster cannot bear now, and why.
        var objections: [HostOperation: String] = [:]
        /// So many slots are dropped before the host says nothing any more; nil: it always answers.
        var dropsBeforeSilence: Int?
        var isSilent = false
        /// The epoch in force.
        var epoch = Epoch(2)
        /// What commands and statements give.
        var answers: [HostOperation: HookValue] = [:]
        /// Calls wait here until their task is cancelled.
        var hangs = false
        /// Plays a program: is given who hears its lines.
        var program: (@Sendable (@Sendable (String) -> Void) async throws -> HookValue)?
        /// Called when a promotion was asked for.
        var onPromote: (@Sendable () async -> Void)?
    }

    let state = Mutex(State())

    init(writable: Set<NodeID> = []) { state.withLock { $0.writable = writable } }

    var calls: [HostCall] { state.withLock(\.calls) }
    var operations: [String] { calls.map { $0.operation.rawValue + ($0.node.map { " \($0)" } ?? "") } }
    var promotions: Int { calls.count { $0.operation == .promote } }
    func untilSilent() async {
        while !state.withLock({ $0.isSilent }) { await Task.yield() }
    }
    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    func check(_ epoch: Epoch) async throws(HostCallFailure) {
        guard state.withLock({ $0.epoch }) == epoch else { throw HostCallFailure(.leadership, "the event belongs to epoch \(epoch): nothing was done") }
    }

    func objection(to operation: HostOperation, on node: NodeID) async -> String? { state.withLock { $0.objections[operation] } }

    func perform(_ call: HostCall, in context: EffectContext, line: (@Sendable (String) -> Void)?) async throws(HostCallFailure) -> HookValue {
        let (failure, hangs) = state.withLock { state in
            state.calls.append(call)
            state.contexts.append(context)
            return (state.failure, state.hangs)
        }
        if let failure { throw failure }
        if hangs {
            do { try await Task.sleep(for: .seconds(3600)) } catch { throw HostCallFailure(.environment, "cancelled") }
        }
        if let line, let program = state.withLock({ $0.program }) {
            do { return try await program(line) } catch { throw HostCallFailure(.environment, "cancelled") }
        }
        if let answer = state.withLock({ $0.answers[call.operation] }) { return answer }
        switch call.operation {
        case .promote:
            let node = try call.at()
            let onPromote = state.withLock { state in
                state.writable.insert(node)
                return state.onPromote
            }
            await onPromote?()
            return .none
        case .inRecovery:
            let node = try call.at()
            return .boolean(state.withLock { !$0.writable.contains(node) })
        case .sql: return HookRows(columns: ["text", "parameter"], rows: [[call.arguments["text"], call.arguments.parameters.first ?? .none]], command: "SELECT 1").value
        case .dropSlot:
            let isSilent = state.withLock { state in
                guard let left = state.dropsBeforeSilence else { return false }
                state.dropsBeforeSilence = left - 1
                state.isSilent = left <= 1
                return state.isSilent
            }
            if isSilent { do { try await Task.sleep(for: .seconds(3600)) } catch { throw HostCallFailure(.environment, "cancelled") } }
            return .none
        case .ensureSlot: return call.arguments["name"]
        case .run, .runOnNode: return ["code": 0, "stdout": .text(call.arguments.strings("argv").joined(separator: " ") + "\n"), "stderr": "", "took": 0.01]
        case let other where other.rawValue.hasPrefix("node."): return .none
        case .cluster: return Stage.cluster.value
        default: return .none
        }
    }
}
