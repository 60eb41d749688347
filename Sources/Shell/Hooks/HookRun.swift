internal import ClusterModel
internal import Reactor
internal import Synchronization

/// One run of an event's hooks: its journal, its clock, and whether somebody wants it ended.
final class HookRun: Sendable {
    let event: HookEvent
    let record: HookRunRecord
    /// nil for what is only planned or looked at: nothing is kept of it.
    let journal: HookJournal?
    /// What is foreseen instead of done; nil when calls are done.
    let plan: HookPlan?
    /// What answers each hook instead of the world; nil when nothing is replayed.
    let replays: [String: HookReplay]?
    /// Whether its hooks can only look.
    let isReadOnly: Bool
    private let clock = Monotonic.now()
    private let state = Mutex(State())

    private struct State {
        var sequence = 0
        /// Seconds that a plan did not wait.
        var skipped = 0.0
        var isCancelled = false
        /// Bytes of results in the journal.
        var recorded = 0
        /// Steps that can be undone, by hook.
        var hooksWithUndos: Set<String> = []
        var faults: [HookFault] = []
    }

    /// `after`: the sequence of the last call of this run in the journal.
    init(_ event: HookEvent, _ record: HookRunRecord, journal: HookJournal?, plan: HookPlan? = nil, replays: [String: HookReplay]? = nil, isReadOnly: Bool = false, after sequence: Int = 0) {
        self.event = event
        self.record = record
        self.journal = journal
        self.plan = plan
        self.replays = replays
        self.isReadOnly = isReadOnly
        state.withLock { $0.sequence = sequence }
    }

    var number: Int { record.number }

    /// Seconds since 1970, as hooks see it: the wall clock may jump, this does not.
    var now: Double { record.began + max(0, (Monotonic.now() - clock) / .seconds(1)) + state.withLock(\.skipped) }

    /// A plan waits for nothing: its time goes on by itself.
    func skip(_ length: Duration) { state.withLock { $0.skipped += length / .seconds(1) } }

    /// What hooks begin with.
    var clockValue: HookValue { ["at": .double(record.began), "seed": .integer(record.seed)] }

    /// The number of the next call.
    func nextSequence() -> Int {
        state.withLock { state in
            state.sequence += 1
            return state.sequence
        }
    }

    /// Results of one run that the journal keeps.
    static let recordLimit = 64 << 20

    /// Why a result of so many bytes cannot be recorded; nil when it can, and is counted.
    func problem(recording bytes: Int) -> String? {
        guard journal != nil else { return nil }
        return state.withLock { state in
            guard state.recorded + bytes <= Self.recordLimit else { return "its result is not passed on: the results of one event have at most \(Self.recordLimit >> 20) MB together, so that all of them can be recorded" }
            state.recorded += bytes
            return nil
        }
    }

    func noteUndo(in hook: String) { state.withLock { _ = $0.hooksWithUndos.insert(hook) } }
    func hasUndo(in hook: String) -> Bool { state.withLock { $0.hooksWithUndos.contains(hook) } }

    /// Failures that did not decide the outcome.
    var faults: [HookFault] { state.withLock(\.faults) }
    func note(_ fault: HookFault) { state.withLock { $0.faults.append(fault) } }

    // MARK: Cancelling

    var isCancelled: Bool { state.withLock(\.isCancelled) }

    /// The next call of its hooks is refused, and the one under way given up.
    func cancel() { state.withLock { $0.isCancelled = true } }

    /// How soon a call under way hears of a cancellation.
    private static let cancelPoll = Duration.milliseconds(50)

    /// Returns when the run was cancelled, or the task was.
    func untilCancelled(_ waiter: DescriptorWaiter) async {
        while !isCancelled, !Task.isCancelled { await waiter.sleep(Self.cancelPoll) }
    }
}
