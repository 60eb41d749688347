package import ClusterModel

/// What must outlive the process: finished steps, and what was done on whose behalf.
package protocol HookJournal: Sendable {
    /// The result of a finished step; nil when it has not finished.
    func recordedStep(_ step: StepKey) async throws(HookJournalFailure) -> HookValue?
    /// Makes a step's result durable. The first result stands.
    func recordStep(_ step: StepKey, _ value: HookValue) async throws(HookJournalFailure)
    /// Takes note of a host call that has ended.
    func record(_ effect: HookEffect) async
}

/// What a step is recorded under. The epoch belongs to it: when another candidate is chosen, nothing is done yet.
package struct StepKey: Hashable, Sendable {
    package let event: String
    package let epoch: Epoch
    package let hook: String
    package let name: String

    /// One name for stores that key steps by event and name.
    package var storedName: String { "\(epoch)/\(hook)/\(name)" }
}

/// The journal could not be read or written.
package struct HookJournalFailure: Error, Hashable, Sendable {
    package let reason: String
    package init(_ reason: String) { self.reason = reason }
}

/// One host call of a hook, and how it ended.
package struct HookEffect: Hashable, Sendable {
    package let context: EffectContext
    /// 1 for the first of the handler's run.
    package let number: Int
    /// `node.promote`
    package let operation: String
    package let arguments: [HookValue]
    package let result: Result<HookValue, HostCallFailure>
    package let took: Duration
}
