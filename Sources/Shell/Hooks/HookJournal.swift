package import ClusterModel
package import Storage

/// What must outlive the process: finished steps, and every run of hooks with its calls.
package struct HookJournal: Sendable {
    let store: StateStore

    package init(store: StateStore) { self.store = store }

    /// Begins a run; durable on return.
    func begin(_ record: HookRunRecord) async throws(HookJournalFailure) -> Int {
        try await attempt { [store] () async throws(StorageFailure) in
            try await store.beginHookRun(HookRunRow(event: record.id, name: record.name, epoch: record.epoch.number, attempt: record.attempt, began: record.began,
                                                    phase: HookRunRecord.Phase.running.rawValue, record: record.value.encoded))
        }
    }

    func setPhase(_ phase: HookRunRecord.Phase, of run: Int) async throws(HookJournalFailure) {
        try await attempt { [store] () async throws(StorageFailure) in try await store.setHookRun(run, phase: phase.rawValue) }
    }

    func end(_ run: Int, at: Double, outcome: String, message: String?) async throws(HookJournalFailure) {
        try await attempt { [store] () async throws(StorageFailure) in try await store.endHookRun(run, at: at, outcome: outcome, message: message) }
    }

    func begin(_ call: HookCallRecord, in run: Int) async throws(HookJournalFailure) {
        try await attempt { [store] () async throws(StorageFailure) in try await store.beginHookEffect(run, call.sequence, call: call.call.encoded) }
    }

    /// `result` are the bytes of `HookCallRecord.value`.
    func end(_ sequence: Int, in run: Int, at: Double, result bytes: [UInt8]) async throws(HookJournalFailure) {
        try await attempt { [store] () async throws(StorageFailure) in try await store.endHookEffect(run, sequence, at: at, result: bytes) }
    }

    // MARK: Steps

    /// The result of a finished step; nil when it has not finished.
    func recordedStep(_ step: StepKey) async throws(HookJournalFailure) -> HookValue? {
        let bytes = try await attempt { [store] () async throws(StorageFailure) in try await store.stepValue(event: step.event, name: step.storedName) }
        guard let bytes else { return nil }
        do { return try HookValue(decoding: bytes) } catch { throw HookJournalFailure("step \(step.storedName) of \(step.event) cannot be read: \(error)") }
    }

    /// Makes a step's result durable. The first result stands.
    func recordStep(_ step: StepKey, _ value: HookValue) async throws(HookJournalFailure) {
        try await attempt { [store] () async throws(StorageFailure) in try await store.recordStep(event: step.event, name: step.storedName, value: value.encoded) }
    }

    /// A step that was undone has not finished.
    func forgetStep(_ step: StepKey) async throws(HookJournalFailure) {
        try await attempt { [store] () async throws(StorageFailure) in try await store.forgetStep(event: step.event, name: step.storedName) }
    }

    // MARK: Reading

    /// The runs of an event, oldest first.
    package func runs(of event: String) async throws(HookJournalFailure) -> [HookRunRecord] {
        try await attempt { [store] () async throws(StorageFailure) in try await store.hookRuns(of: event) }.compactMap(HookRunRecord.init)
    }

    /// The runs of an event and of those that are parts of it, oldest first.
    package func runs(within event: String) async throws(HookJournalFailure) -> [HookRunRecord] {
        try await attempt { [store] () async throws(StorageFailure) in try await store.hookRuns(within: event) }.compactMap(HookRunRecord.init)
    }

    /// The newest runs, oldest first.
    package func latestRuns(_ limit: Int) async throws(HookJournalFailure) -> [HookRunRecord] {
        try await attempt { [store] () async throws(StorageFailure) in try await store.latestHookRuns(limit) }.compactMap(HookRunRecord.init)
    }

    /// The newest runs of each event that are over, oldest first.
    func latestRuns(ofEach limit: Int) async throws(HookJournalFailure) -> [HookRunRecord] {
        try await attempt { [store] () async throws(StorageFailure) in try await store.latestHookRuns(ofEach: limit) }.compactMap(HookRunRecord.init)
    }

    /// Runs that did not end.
    func unfinishedRuns() async throws(HookJournalFailure) -> [HookRunRecord] {
        try await attempt { [store] () async throws(StorageFailure) in try await store.unfinishedHookRuns() }.compactMap(HookRunRecord.init)
    }

    /// The calls of a run after the one numbered `sequence`, in order.
    package func calls(of run: Int, after sequence: Int = 0) async throws(HookJournalFailure) -> [HookCallRecord] {
        let rows = try await attempt { [store] () async throws(StorageFailure) in try await store.hookEffects(of: run, after: sequence) }
        var records: [HookCallRecord] = []
        for row in rows {
            do {
                let record = HookCallRecord(row.sequence, call: try HookValue(decoding: row.call), ended: row.ended, result: try row.result.map { bytes throws in try HookValue(decoding: bytes) })
                guard let record else { throw HookJournalFailure("call \(row.sequence) of run \(run) is no record of a call") }
                records.append(record)
            } catch let failure as HookJournalFailure { throw failure } catch { throw HookJournalFailure("call \(row.sequence) of run \(run) cannot be read: \(error)") }
        }
        return records
    }

    /// Nothing of the journal is left out because whoever asked for it is cancelled: what was done was done.
    private func attempt<Value: Sendable>(_ body: @escaping @Sendable () async throws(StorageFailure) -> Value) async throws(HookJournalFailure) -> Value {
        let result: Result<Value, StorageFailure> = await Task.detached {
            do throws(StorageFailure) { return .success(try await body()) } catch { return .failure(error) }
        }.value
        do { return try result.get() } catch { throw HookJournalFailure(error.description) }
    }
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
package struct HookJournalFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package var description: String { reason }
    package init(_ reason: String) { self.reason = reason }
}

extension HookRunRecord {
    /// nil where the bytes are none of ours.
    fileprivate init?(_ row: HookRunRow) {
        let value: HookValue
        do throws(HookValue.MalformedBytes) { value = try HookValue(decoding: row.record) } catch { return nil }
        guard let phase = Phase(rawValue: row.phase) else { return nil }
        self.init(number: row.number, event: value["event"], hooks: value["hooks"].list?.compactMap(\.text) ?? [], seed: value["seed"].integer ?? 0,
                  began: value["began"].number ?? row.began, resumes: value["resumes"].boolean ?? false, phase: phase, ended: row.ended, outcome: row.outcome, message: row.message)
    }
}
