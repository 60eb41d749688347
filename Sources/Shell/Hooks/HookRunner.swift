internal import ClusterModel
internal import Reactor

/// Runs events: asks the hooks of the chain by the rules of the event's kind, each handler in a hook process of its own; undoes what
/// they did when the event fails; keeps all of it in the journal.
package struct HookRunner: Sendable {
    package let catalogue: HookCatalogue
    let processes: HookProcesses
    let services: HookServices
    let journal: HookJournal
    let running: RunningEvents
    let log: HookLog
    let limits: HookLimits

    /// `limits` apply to each handler; the budget is the event's own, or smaller. `secrets` holds a file for each.
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

    /// Runs an event to its outcome, soon after its budget at the latest. With `bundledOnly` the site's hooks are left out, with `only`
    /// all but that one; with `resumes` the daemon goes on with it by itself after a restart.
    package func run(_ event: HookEvent, bundledOnly: Bool = false, only: String? = nil, resumes: Bool = false) async -> HookOutcome {
        let chain = catalogue.chain(for: event.schema, bundledOnly: bundledOnly).filter { only == nil || $0.name == only }
        guard !chain.isEmpty else { return .passed }
        let budget = min(event.schema.budget, limits.budget)
        var event = event
        event.budget = budget - reserve(of: budget, event.schema)
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
        if case .failed = outcome, event.schema.kind == .do { await undo(chain, run, within: max(reserve(of: budget, event.schema), Self.leastReserve)) }
        await end(run, outcome)
        return outcome
    }

    // MARK: Kinds

    private func ask(_ chain: [Hook], _ run: HookRun, until end: Monotonic) async -> HookOutcome {
        switch run.event.schema.kind {
        case .do: await work(chain, run, end)
        case .choose: await choose(chain, run, end)
        case .approve: await approve(chain, run, end)
        case .tell: await tell(chain, run, end)
        }
    }

    /// In order, until one ends it; a failure does.
    private func work(_ chain: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        for hook in chain {
            switch await answer(of: hook, run, end) {
            case .success(.final(let outcome)): return outcome
            case .success(.passed), .success(.veto): continue
            case .failure(let fault):
                log(line(.error, fault, run.event))
                return .failed(fault)
            }
        }
        return .passed
    }

    /// In order, until one has an opinion; a failure is none.
    private func choose(_ chain: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        for hook in chain {
            switch await answer(of: hook, run, end) {
            case .success(.final(let outcome)): return outcome
            case .success(.passed), .success(.veto): continue
            case .failure(let fault): log(line(.warning, fault, run.event))
            }
        }
        return .passed
    }

    /// All of them at once; a failure is what the hook, or the event, says that it is.
    private func approve(_ chain: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        let schema = run.event.schema
        var veto: HookVeto?
        for (hook, answer) in await answers(of: chain, run, end) {
            var own: HookVeto?
            switch answer {
            case .success(.veto(let refusal)): own = refusal
            case .success(.passed), .success(.final): break
            case .failure(let fault):
                log(line(.warning, fault, run.event))
                if (hook.use(for: schema).stance ?? schema.stance) == .veto { own = HookVeto(hook: hook.name, reason: fault.description) }
            }
            if let own { veto = veto?.merged(own) ?? own }
        }
        return veto.map(HookOutcome.vetoed) ?? .passed
    }

    /// All of them at once; a failure is theirs alone.
    private func tell(_ chain: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        var first: HookFault?
        for case (_, .failure(let fault)) in await answers(of: chain, run, end) {
            log(line(.warning, fault, run.event))
            first = first ?? fault
        }
        return first.map(HookOutcome.failed) ?? .passed
    }

    /// The answers in the chain's order.
    private func answers(of chain: [Hook], _ run: HookRun, _ end: Monotonic) async -> [(Hook, Result<HookAnswer, HookFault>)] {
        await withTaskGroup(of: (Int, Result<HookAnswer, HookFault>).self) { group in
            for (place, hook) in chain.enumerated() { group.addTask { (place, await answer(of: hook, run, end)) } }
            var answers = [Result<HookAnswer, HookFault>?](repeating: nil, count: chain.count)
            for await (place, answer) in group { answers[place] = answer }
            return zip(chain, answers).compactMap { hook, answer in answer.map { (hook, $0) } }
        }
    }

    // MARK: One handler

    private func answer(of hook: Hook, _ run: HookRun, _ end: Monotonic) async -> Result<HookAnswer, HookFault> {
        var limits = limits
        let left = max(end - .now(), .zero)
        limits.budget = min(left, hook.use(for: run.event.schema).budget ?? left).roundedUp
        switch await handle(hook, run, limits) {
        case .failed(let fault): return .failure(fault)
        case .reported(let report):
            guard let answer = HookAnswer(report, from: hook.name) else {
                return .failure(HookFault(.environment, "the hook process reported an outcome of an unknown kind", place: nil, hook: hook.name))
            }
            return .success(answer)
        }
    }

    /// Runs one hook's handler.
    func handle(_ hook: Hook, _ run: HookRun, _ limits: HookLimits, plan: HookPlan? = nil) async -> HookConversation.Ending {
        let files = catalogue.files(of: hook)
        let effects = HookEffects(services, run, hook, files: files, plan: plan)
        let waiter = processes.waiter
        let ending = await converse("run", hook, run, limits) { request in
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
                  _ perform: @escaping @Sendable (HookRequest) async -> Result<HookValue, HostCallFailure>) async -> HookConversation.Ending {
        let (log, id, name) = (log, run.record.id, hook.name)
        var request = catalogue.request(task, hook, run.record.event, limits).map ?? [:]
        request["clock"] = run.clockValue
        return await HookConversation(
            processes: processes, request: .map(request), limits: limits, hook: hook.name, files: catalogue.files(of: hook),
            isNotification: run.event.schema.kind == .tell, log: { log(HookLogLine($0, $1, fields: $2, event: id, hook: name, place: $3)) }, perform: perform
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
        case .skipped(_, let reason): ("skipped", services.secrets.mask(reason))
        case .retry(_, _, let reason): ("retry", services.secrets.mask(reason))
        case .chosen(let hook, _): ("chosen", hook)
        case .vetoed(let veto): ("vetoed", services.secrets.mask(veto.reason))
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
