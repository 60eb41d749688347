internal import ClusterModel
internal import Reactor

/// Undoing what the handlers of a failed event did: the last handler first, and each one's steps in reverse.
///
/// What a handler registered lives in its Lua state, which is gone. A fresh process is brought to where the handler stood, by
/// answering its calls from the journal; there it runs what it registered, for real, and each is recorded when it is done. So a
/// daemon that is killed while it undoes goes on with what is left.
extension HookRunner {
    private static let leastReserve = Duration.seconds(10)

    /// The part of an event's budget that is kept for undoing: a fifth, at least ten seconds, at most half.
    static func reserve(for schema: EventSchema) -> Duration {
        switch schema.kind {
        case .choose, .approve, .tell: .zero
        case .do: min(max(schema.budget / 5, leastReserve), schema.budget / 2)
        }
    }

    func undo(_ chain: [Hook], _ run: HookRun, within time: Duration) async {
        let hooks = chain.filter { run.hasUndo(in: $0.name) }
        guard !hooks.isEmpty else { return }
        do { try await journal.setPhase(.undoing, of: run.number) } catch {
            return log(HookLogLine(.error, "nothing is undone: it cannot be recorded: \(error)", event: run.record.id))
        }
        let end = Monotonic.now() + time
        for hook in hooks.reversed() { await undo(hook, run, until: end) }
    }

    private func undo(_ hook: Hook, _ run: HookRun, until end: Monotonic) async {
        let calls: [HookCallRecord]
        do { calls = try await journal.calls(of: run.number).filter { $0.hook == hook.name && !$0.isUndo } } catch {
            return log(HookLogLine(.error, "what \(hook.name) did cannot be undone: \(error)", event: run.record.id, hook: hook.name))
        }
        let files = catalogue.files(of: hook)
        let replay = HookReplay(calls, files: files, goesOn: true), effects = HookEffects(services, run, hook, files: files, isUndo: true), phase = UndoPhase()
        let ending = await converse("undo", hook, run, limits(until: end), isQuiet: { !phase.hasBegun }, answeredAt: { phase.hasBegun ? effects.clock.time : replay.clock.time }) { request in
            if request.operation == "undo.begin" { phase.begin() }
            return phase.hasBegun ? await effects.perform(request) : replay.perform(request)
        }
        await effects.abandon()
        switch ending {
        case .reported(let report):
            for problem in report["failures"].list ?? [] { log(HookLogLine(.error, "not undone: \(problem.text ?? "")", event: run.record.id, hook: hook.name)) }
        case .failed(let fault):
            log(HookLogLine(.error, "undoing ended (\(fault.kind.rawValue)): \(fault.message)", event: run.record.id, hook: hook.name, place: fault.place))
        }
    }

    /// Finishes the undoing of earlier runs of the event that the daemon's end interrupted.
    func finishUndoing(_ event: String) async throws(HookJournalFailure) {
        for record in try await journal.runs(of: event) where record.phase == .undoing {
            if running.claim(record.number) {
                defer { running.release(record.number) }
                try await finishUndoing(record)
            } else {
                // Nothing begins before what was done is undone.
                while running.isClaimed(record.number), !Task.isCancelled { await processes.waiter.sleep(.milliseconds(50)) }
            }
        }
    }

    private func finishUndoing(_ record: HookRunRecord) async throws(HookJournalFailure) {
        guard let event = HookEvent(stored: record.event) else { throw HookJournalFailure("run \(record.number) is of an event \"\(record.name)\" that is not known") }
        let chain = record.hooks.compactMap { name in catalogue.hooks.first { $0.name == name } }
        let calls = try await journal.calls(of: record.number)
        let run = HookRun(event, record, journal: journal, after: calls.last?.sequence ?? 0)
        log(HookLogLine(.info, "going on with undoing \(record.name), which was interrupted", event: record.id))
        running.add(run)
        defer { running.remove(run) }
        for call in calls where Self.registersUndo(call) { run.noteUndo(in: call.hook) }
        await undo(chain, run, within: Self.reserve(for: event.schema))
        try await journal.end(record.number, at: wallClock(), outcome: "failed", message: record.message ?? "the daemon ended meanwhile; what was done has been undone")
    }

    private static func registersUndo(_ call: HookCallRecord) -> Bool {
        call.operation == "undo.register" || call.operation == "step.begin" || (call.operation == "step.end" && call.arguments["has_undo"].boolean == true)
    }

    /// Goes on with what an earlier daemon left: undoes what it was undoing, and runs again what it ran by itself. What the engine
    /// fired, the engine fires again. `runner` has the hooks that a run began with.
    package func resume(with runner: (HookRunRecord) async -> HookRunner) async {
        let records: [HookRunRecord]
        do { records = try await journal.unfinishedRuns() } catch { return log(HookLogLine(.error, "unfinished events cannot be read: \(error)")) }
        for record in records where running.claim(record.number) {
            defer { running.release(record.number) }
            let own = await runner(record)
            do {
                if record.phase == .undoing { try await own.finishUndoing(record) } else { try await own.resume(record) }
            } catch { log(HookLogLine(.error, "\(record.name) cannot be gone on with: \(error)", event: record.id)) }
        }
    }

    private func resume(_ record: HookRunRecord) async throws(HookJournalFailure) {
        try await journal.end(record.number, at: wallClock(), outcome: HookRunRecord.interrupted, message: "the daemon ended meanwhile")
        running.release(record.number)
        guard record.resumes, var event = HookEvent(stored: record.event) else { return }
        event.header.attempt += 1
        log(HookLogLine(.info, "going on with \(record.name), which was interrupted", event: record.id))
        _ = await run(event, resumes: true)
    }
}
