internal import Reactor

/// Runs events: asks the hooks of the chain by the rules of the event's kind, each handler in a hook process of its own.
package struct HookRunner: Sendable {
    package let catalogue: HookCatalogue
    private let processes: HookProcesses
    private let host: any HookHost
    private let journal: any HookJournal
    private let log: HookLog
    private let limits: HookLimits

    /// `limits` apply to each handler; the budget is the event's own, or smaller.
    package init(catalogue: HookCatalogue, processes: HookProcesses, host: any HookHost, journal: any HookJournal,
                 limits: HookLimits = HookLimits(budget: .seconds(86_400)), log: @escaping HookLog) {
        self.catalogue = catalogue
        self.processes = processes
        self.host = host
        self.journal = journal
        self.limits = limits
        self.log = log
    }

    /// Runs an event to its outcome, soon after its budget at the latest. With `bundledOnly` the site's hooks are left out,
    /// with `only` all but that one.
    package func run(_ event: HookEvent, bundledOnly: Bool = false, only: String? = nil) async -> HookOutcome {
        let budget = min(event.schema.budget, limits.budget), end = Monotonic.now() + budget
        let hooks = catalogue.chain(for: event.schema, bundledOnly: bundledOnly).filter { only == nil || $0.name == only }
        switch event.schema.kind {
        case .do: return await work(hooks, event, budget, end)
        case .choose: return await choose(hooks, event, budget, end)
        case .approve: return await approve(hooks, event, budget, end)
        case .tell: return await tell(hooks, event, budget, end)
        }
    }

    // MARK: Kinds

    /// In order, until one ends it; a failure does.
    private func work(_ hooks: [Hook], _ event: HookEvent, _ budget: Duration, _ end: Monotonic) async -> HookOutcome {
        for hook in hooks {
            switch await ask(hook, event, budget, end) {
            case .success(.final(let outcome)): return outcome
            case .success(.passed), .success(.veto): continue
            case .failure(let fault):
                log(line(.error, fault, event))
                return .failed(fault)
            }
        }
        return .passed
    }

    /// In order, until one has an opinion; a failure is none.
    private func choose(_ hooks: [Hook], _ event: HookEvent, _ budget: Duration, _ end: Monotonic) async -> HookOutcome {
        for hook in hooks {
            switch await ask(hook, event, budget, end) {
            case .success(.final(let outcome)): return outcome
            case .success(.passed), .success(.veto): continue
            case .failure(let fault): log(line(.warning, fault, event))
            }
        }
        return .passed
    }

    /// All of them at once; a failure is what the hook, or the event, says that it is.
    private func approve(_ hooks: [Hook], _ event: HookEvent, _ budget: Duration, _ end: Monotonic) async -> HookOutcome {
        var veto: HookVeto?
        for (hook, answer) in await askAll(hooks, event, budget, end) {
            var own: HookVeto?
            switch answer {
            case .success(.veto(let refusal)): own = refusal
            case .success(.passed), .success(.final): break
            case .failure(let fault):
                log(line(.warning, fault, event))
                if (hook.use(for: event.schema).stance ?? event.schema.stance) == .veto { own = HookVeto(hook: hook.name, reason: fault.description) }
            }
            if let own { veto = veto?.merged(own) ?? own }
        }
        return veto.map(HookOutcome.vetoed) ?? .passed
    }

    /// All of them at once; a failure is theirs alone.
    private func tell(_ hooks: [Hook], _ event: HookEvent, _ budget: Duration, _ end: Monotonic) async -> HookOutcome {
        var first: HookFault?
        for case (_, .failure(let fault)) in await askAll(hooks, event, budget, end) {
            log(line(.warning, fault, event))
            first = first ?? fault
        }
        return first.map(HookOutcome.failed) ?? .passed
    }

    /// The answers in the chain's order.
    private func askAll(_ hooks: [Hook], _ event: HookEvent, _ budget: Duration, _ end: Monotonic) async -> [(Hook, Result<HookAnswer, HookFault>)] {
        await withTaskGroup(of: (Int, Result<HookAnswer, HookFault>).self) { group in
            for (place, hook) in hooks.enumerated() { group.addTask { (place, await ask(hook, event, budget, end)) } }
            var answers = [Result<HookAnswer, HookFault>?](repeating: nil, count: hooks.count)
            for await (place, answer) in group { answers[place] = answer }
            return zip(hooks, answers).compactMap { hook, answer in answer.map { (hook, $0) } }
        }
    }

    // MARK: One handler

    private func ask(_ hook: Hook, _ event: HookEvent, _ budget: Duration, _ end: Monotonic) async -> Result<HookAnswer, HookFault> {
        var limits = limits.lowered(by: hook.limits)
        limits.budget = min(max(end - .now(), .zero), hook.use(for: event.schema).budget ?? budget).roundedUp
        switch await run(hook, event, limits, budget) {
        case .failed(let fault): return .failure(fault)
        case .reported(let report):
            guard let answer = HookAnswer(report, from: hook.name) else {
                return .failure(HookFault(.environment, "the hook process reported an outcome of an unknown kind", place: nil, hook: hook.name))
            }
            return .success(answer)
        }
    }

    private func run(_ hook: Hook, _ event: HookEvent, _ limits: HookLimits, _ budget: Duration) async -> HookConversation.Ending {
        let effects = HookEffects(host: host, journal: journal, waiter: processes.waiter, event: event, hook: hook)
        let (log, id, name) = (log, event.header.id, hook.name)
        return await HookConversation(
            processes: processes, request: catalogue.request("run", hook, event.value(budget: budget), limits), limits: limits,
            hook: hook.name, files: catalogue.files(of: hook), isNotification: event.schema.kind == .tell,
            log: { log(HookLogLine($0, $1, fields: $2, event: id, hook: name, place: $3)) },
            perform: { await effects.perform($0) }
        ).run()
    }

    private func line(_ level: HookLogLine.Level, _ fault: HookFault, _ event: HookEvent) -> HookLogLine {
        HookLogLine(level, "\(event.schema.name) failed (\(fault.kind.rawValue)): \(fault.message)", event: event.header.id, hook: fault.hook, place: fault.place)
    }
}
