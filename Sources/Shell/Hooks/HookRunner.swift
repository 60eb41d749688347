internal import ClusterModel
internal import Reactor

/// Runs events: asks the hooks of the chain by the rules of the event's kind, each handler in a hook process of its own; undoes
/// what they did when the event fails; keeps all of it in the journal.
package struct HookRunner: Sendable {
    package let catalogue: HookCatalogue
    let processes: HookProcesses
    let services: HookServices
    let journal: HookJournal
    let running: RunningEvents
    let log: HookLog
    private let limits: HookLimits
    let onPassedOver: @Sendable (HookFault, HookEvent) async -> Void

    /// `limits` apply to each handler; the budget is the event's own, without what is kept for undoing, or smaller. `onPassedOver`
    /// hears of every failure of a hook that was asked for its opinion.
    package init(catalogue: HookCatalogue, processes: HookProcesses, host: any HookHost, journal: HookJournal, secrets: SecretVault, metrics: HookMetrics = HookMetrics(),
                 running: RunningEvents = RunningEvents(), limits: HookLimits = HookLimits(budget: .seconds(86_400)), log: @escaping HookLog,
                 onPassedOver: @escaping @Sendable (HookFault, HookEvent) async -> Void = { _, _ in }) {
        let waiter = processes.waiter
        let masked: HookLog = { log($0.masked(by: secrets)) }
        self.catalogue = catalogue
        self.processes = processes
        self.journal = journal
        self.running = running
        self.log = masked
        self.limits = limits
        self.onPassedOver = onPassedOver
        services = HookServices(host: host, secrets: secrets, values: KeyValueDesk(store: journal.store, waiter: waiter), files: FileDesk(), http: HTTPDesk(waiter: waiter),
                                metrics: metrics, waiter: waiter, log: masked)
    }

    /// Runs an event to its outcome, soon after its budget at the latest. With `bundledOnly` the site's hooks are left out, with
    /// `only` all but that one; with `resumes` the daemon goes on with it by itself after a restart.
    package func run(_ event: HookEvent, bundledOnly: Bool = false, only: String? = nil, resumes: Bool = false) async -> HookOutcome {
        let chain = catalogue.chain(for: event.schema, bundledOnly: bundledOnly).filter { only == nil || $0.name == only }
        guard let first = chain.first else { return .passed }
        let run: HookRun
        do {
            try await finishUndoing(event.header.id)
            run = try await begin(timed(event), chain, resumes)
        } catch { return .failed(HookFault(.environment, "the event cannot be recorded: \(error)", place: nil, hook: first.name)) }
        running.add(run)
        defer { running.remove(run) }
        let outcome = await ask(chain, run)
        // A daemon that stops leaves the event as it is: the next one goes on with it.
        if Task.isCancelled, event.schema.kind == .do { return outcome }
        if case .failed = outcome, event.schema.kind == .do { await undo(chain, run, within: Self.reserve(for: event.schema)) }
        await end(run, outcome)
        return outcome
    }

    /// What the event's hooks would do now: nothing is done, and nothing is kept of it.
    package func plan(_ event: HookEvent) async -> (outcome: HookOutcome, message: String?, entries: [HookPlan.Entry]) {
        var event = timed(event)
        event.isDryRun = true
        let chain = catalogue.chain(for: event.schema, bundledOnly: false), plan = HookPlan(event.cluster)
        let run = HookRun(event, Self.record(event, chain, resumes: false), journal: nil, plan: plan), outcome = await ask(chain, run)
        return (outcome, message(of: outcome, run), await plan.entries)
    }

    private func timed(_ event: HookEvent) -> HookEvent {
        var event = event
        event.runsFrom = wallClock()
        event.budget = min(event.schema.budget - Self.reserve(for: event.schema), limits.budget)
        return event
    }

    // MARK: One handler

    func ask(_ hook: Hook, _ run: HookRun, until end: Monotonic) async -> Result<HookAnswer, HookFault> {
        var limits = limits.lowered(by: hook.limits)
        limits.budget = min(max(end - .now(), .zero), hook.use(for: run.event.schema).budget ?? run.event.budget).roundedUp
        switch await handle(hook, run, limits) {
        case .failed(let fault): return .failure(fault)
        case .reported(let report):
            guard let answer = HookAnswer(report, from: hook.name) else {
                return .failure(HookFault(.environment, "the hook process reported an outcome of an unknown kind", place: nil, hook: hook.name))
            }
            return .success(answer)
        }
    }

    private func handle(_ hook: Hook, _ run: HookRun, _ limits: HookLimits) async -> HookConversation.Ending {
        if let replays = run.replays {
            guard let replay = replays[hook.name] else { return .failed(HookFault(.replay, "the hook did not run then", place: nil, hook: hook.name)) }
            return await converse("run", hook, run, limits, isQuiet: { true }, answeredAt: { replay.clock.time }) { replay.perform($0) }
        }
        let effects = HookEffects(services, run, hook, files: catalogue.files(of: hook)), waiter = processes.waiter
        let ending = await converse("run", hook, run, limits, answeredAt: { effects.clock.time }) { request in
            await withTaskGroup(of: Result<HookValue, HostCallFailure>.self) { group in
                group.addTask { await effects.perform(request) }
                group.addTask {
                    await run.untilCancelled(waiter)
                    return .failure(HostCallFailure(.cancelled, "the event was cancelled: \(request.operation) was under way"))
                }
                defer { group.cancelAll() }
                return await group.next() ?? .failure(HostCallFailure(.cancelled, "the event was cancelled"))
            }
        }
        await effects.abandon()
        return ending
    }

    /// Runs `task` of the library in a hook process; `perform` answers its calls.
    func converse(_ task: String, _ hook: Hook, _ run: HookRun, _ limits: HookLimits, isQuiet: @escaping @Sendable () -> Bool = { false },
                  answeredAt: @escaping @Sendable () -> Double?,
                  _ perform: @escaping @Sendable (HookRequest) async -> Result<HookValue, HostCallFailure>) async -> HookConversation.Ending {
        let (log, id, name) = (log, run.record.id, hook.name)
        return await HookConversation(
            processes: processes, errand: catalogue.errand(task, hook, run.record.event, limits, ["clock": run.clockValue]), hook: hook.name, files: catalogue.files(of: hook),
            isNotification: run.event.schema.kind == .tell, log: { if !isQuiet() { log(HookLogLine($0, $1, fields: $2, event: id, hook: name, place: $3)) } },
            perform: perform, answeredAt: answeredAt
        ).run()
    }

    /// For undoing: what is left of its time.
    func limits(until end: Monotonic) -> HookLimits {
        var limits = limits
        limits.budget = max(end - .now(), .zero).roundedUp
        return limits
    }

    // MARK: The journal

    private func begin(_ event: HookEvent, _ chain: [Hook], _ resumes: Bool) async throws(HookJournalFailure) -> HookRun {
        var record = Self.record(event, chain, resumes: resumes)
        record.number = try await journal.begin(record)
        return HookRun(event, record, journal: journal)
    }

    static func record(_ event: HookEvent, _ chain: [Hook], resumes: Bool) -> HookRunRecord {
        HookRunRecord(number: 0, event: event.value, hooks: chain.map(\.name), seed: Int64.random(in: 0...Int64.max), began: wallClock(), resumes: resumes,
                      phase: .running, ended: nil, outcome: nil, message: nil)
    }

    /// Which hook, what it chose or why, and who failed on the way.
    private func message(of outcome: HookOutcome, _ run: HookRun) -> String? {
        var words: [String] = []
        if case .chosen(let hook, let choice) = outcome { words.append("\(hook): \(run.event.cluster.words(of: choice))") } else if let own = outcome.message { words.append(own) }
        for fault in run.faults where !words.contains(where: { $0.contains(fault.description) }) { words.append("no opinion: \(fault)") }
        return words.isEmpty ? nil : services.secrets.mask(words.joined(separator: "; "))
    }

    func end(_ run: HookRun, _ outcome: HookOutcome) async {
        guard let journal = run.journal else { return }
        do { try await journal.end(run.number, at: run.now, outcome: outcome.word, message: message(of: outcome, run)) } catch {
            log(HookLogLine(.error, "the outcome of \(run.event.schema.name) cannot be recorded: \(error)", event: run.record.id))
        }
    }
}

extension HookOutcome {
    /// `done`, `failed`, …
    package var word: String {
        switch self {
        case .done: "done"
        case .skipped: "skipped"
        case .retry: "retry"
        case .chosen: "chosen"
        case .vetoed: "vetoed"
        case .passed: "passed"
        case .failed: "failed"
        }
    }

    /// Which hook, and why.
    package var message: String? {
        switch self {
        case .done(let hook, _), .chosen(let hook, _): hook
        case .skipped(let hook, let reason), .retry(let hook, _, let reason): "\(hook): \(reason)"
        case .vetoed(let veto): "\(veto.hook): \(veto.reason)"
        case .passed: nil
        case .failed(let fault): fault.description
        }
    }
}
