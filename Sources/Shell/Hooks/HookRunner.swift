internal import ClusterModel
internal import Reactor

/// Runs events: asks the hooks of the chain in turn, each handler in a hook process of its own; undoes what they did when the
/// event fails; keeps all of it in the journal.
package struct HookRunner: Sendable {
    let catalogue: HookCatalogue
    let processes: HookProcesses
    let services: HookServices
    let journal: HookJournal
    let running: RunningEvents
    let log: HookLog
    let limits: HookLimits

    /// `limits` apply to each handler; the budget is the event's own, without what is kept for undoing, or smaller. `secrets` holds a file for each.
    package init(catalogue: HookCatalogue, processes: HookProcesses, host: any HookHost, journal: HookJournal, secrets: SecretVault, metrics: HookMetrics = HookMetrics(),
                 running: RunningEvents = RunningEvents(), limits: HookLimits = HookLimits(budget: .seconds(86_400)), log: @escaping HookLog) {
        let waiter = processes.waiter
        let masked: HookLog = { log($0.masked(by: secrets)) }
        self.catalogue = catalogue
        self.processes = processes
        self.journal = journal
        self.running = running
        self.log = masked
        self.limits = limits
        services = HookServices(host: host, secrets: secrets, values: KeyValueDesk(store: journal.store, waiter: waiter), files: FileDesk(), http: HTTPDesk(waiter: waiter),
                                metrics: metrics, waiter: waiter, log: masked)
    }

    /// Runs an event to its outcome, soon after its budget at the latest. With `bundledOnly` the site's hooks are left out; with
    /// `resumes` the daemon goes on with it by itself after a restart.
    package func run(_ event: HookEvent, bundledOnly: Bool = false, resumes: Bool = false) async -> HookOutcome {
        let chain = catalogue.chain(for: event.schema, bundledOnly: bundledOnly)
        guard !chain.isEmpty else { return .passed }
        var event = event
        event.budget = min(event.schema.budget - Self.reserve(for: event.schema), limits.budget)
        let run: HookRun
        do {
            try await finishUndoing(event.header.id)
            run = try await begin(event, chain, resumes)
        } catch {
            return .failed(HookFault(.environment, "the event cannot be recorded: \(error)", place: nil, hook: chain[0].name))
        }
        running.add(run)
        defer { running.remove(run) }
        let outcome = await ask(chain, run, until: .now() + event.budget)
        if case .failed = outcome, event.schema.kind == .do { await undo(chain, run, within: Self.reserve(for: event.schema)) }
        await end(run, outcome)
        return outcome
    }

    // MARK: The chain

    private func ask(_ chain: [Hook], _ run: HookRun, until end: Monotonic) async -> HookOutcome {
        var failure: HookFault?
        for hook in chain {
            var limits = limits
            limits.budget = max(end - .now(), .zero).roundedUp
            switch (await handle(hook, run, limits), run.event.schema.kind) {
            case (.reported(let report), .do) where report["outcome"].text == "done": return .done(hook: hook.name, report["value"])
            case (.reported, _): continue
            case (.failed(let fault), .do):
                log(line(.error, fault, run.event))
                return .failed(fault)
            case (.failed(let fault), .tell):
                log(line(.warning, fault, run.event))
                failure = failure ?? fault
            }
        }
        return failure.map(HookOutcome.failed) ?? .passed
    }

    /// Runs one hook's handler.
    func handle(_ hook: Hook, _ run: HookRun, _ limits: HookLimits, plan: HookPlan? = nil) async -> HookConversation.Ending {
        let files = hook.files(with: catalogue.modules)
        let effects = HookEffects(services, run, hook, files: files, plan: plan)
        let waiter = processes.waiter
        let ending = await converse("run", hook, run, limits, answeredAt: { effects.clock.time }) { request in
            guard run.journal != nil || plan != nil else { return await effects.perform(request) }
            return await withTaskGroup(of: Result<HookValue, HostCallFailure>.self) { group in
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

    func converse(_ task: String, _ hook: Hook, _ run: HookRun, _ limits: HookLimits,
                  isQuiet: @escaping @Sendable () -> Bool = { false }, answeredAt: @escaping @Sendable () -> Double?,
                  _ perform: @escaping @Sendable (HookRequest) async -> Result<HookValue, HostCallFailure>) async -> HookConversation.Ending {
        let (log, id, name) = (log, run.record.id, hook.name)
        var request = catalogue.request(task, hook, run.record.event, limits).map ?? [:]
        request["clock"] = run.clockValue
        return await HookConversation(
            processes: processes, request: .map(request), limits: limits, hook: hook.name, files: hook.files(with: catalogue.modules),
            isNotification: run.event.schema.kind == .tell, log: { if !isQuiet() { log(HookLogLine($0, $1, fields: $2, event: id, hook: name, place: $3)) } }, perform: perform, answeredAt: answeredAt
        ).run()
    }

    // MARK: The journal

    private func begin(_ event: HookEvent, _ chain: [Hook], _ resumes: Bool) async throws(HookJournalFailure) -> HookRun {
        var record = HookRunRecord(number: 0, event: event.value, hooks: chain.map(\.name), seed: Int64.random(in: 0...Int64.max), began: wallClock(),
                                   resumes: resumes, phase: .running, ended: nil, outcome: nil, message: nil)
        record.number = try await journal.begin(record)
        return HookRun(event, record, journal: journal)
    }

    private func end(_ run: HookRun, _ outcome: HookOutcome) async {
        let (word, message): (String, String?) = switch outcome {
        case .done(let hook, _): ("done", hook)
        case .passed: ("passed", nil)
        case .failed(let fault): ("failed", services.secrets.mask(fault.description))
        }
        do { try await journal.end(run.number, at: run.now, outcome: word, message: message) } catch {
            log(HookLogLine(.error, "the outcome of \(run.event.schema.name) cannot be recorded: \(error)", event: run.record.id))
        }
    }

    private func line(_ level: HookLogLine.Level, _ fault: HookFault, _ event: HookEvent) -> HookLogLine {
        HookLogLine(level, "\(event.schema.name) failed (\(fault.kind.rawValue)): \(fault.message)", event: event.header.id, hook: fault.hook, place: fault.place)
    }
}
