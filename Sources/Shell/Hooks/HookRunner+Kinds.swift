internal import Reactor

/// How the hooks of a chain are asked: by the event's kind.
extension HookRunner {
    func ask(_ hooks: [Hook], _ run: HookRun) async -> HookOutcome {
        let end = Monotonic.now() + run.event.budget
        switch run.event.schema.kind {
        case .do: return await work(hooks, run, end)
        case .choose: return await choose(hooks, run, end)
        case .approve: return await approve(hooks, run, end)
        case .tell: return await tell(hooks, run, end)
        }
    }

    /// In order, until one ends it; a failure does.
    private func work(_ hooks: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        for hook in hooks {
            switch await ask(hook, run, until: end) {
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
    private func choose(_ hooks: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        for hook in hooks {
            switch await ask(hook, run, until: end) {
            case .success(.final(let outcome)): return outcome
            case .success(.passed), .success(.veto): continue
            case .failure(let fault): await passOver(fault, run)
            }
        }
        return .passed
    }

    /// All of them at once; a failure is what the hook, or the event, says that it is.
    private func approve(_ hooks: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        var veto: HookVeto?
        for (hook, answer) in await askAll(hooks, run, end) {
            var own: HookVeto?
            switch answer {
            case .success(.veto(let refusal)): own = refusal
            case .success(.passed), .success(.final): break
            case .failure(let fault):
                await passOver(fault, run)
                if (hook.use(for: run.event.schema).stance ?? run.event.schema.stance) == .veto { own = HookVeto(hook: hook.name, reason: fault.description) }
            }
            if let own { veto = veto?.merged(own) ?? own }
        }
        return veto.map(HookOutcome.vetoed) ?? .passed
    }

    /// All of them at once; a failure is theirs alone.
    private func tell(_ hooks: [Hook], _ run: HookRun, _ end: Monotonic) async -> HookOutcome {
        var first: HookFault?
        for case (_, .failure(let fault)) in await askAll(hooks, run, end) {
            log(line(.warning, fault, run.event))
            first = first ?? fault
        }
        return first.map(HookOutcome.failed) ?? .passed
    }

    /// A failure of a hook that was asked for its opinion decides nothing, and must not go unseen for that.
    private func passOver(_ fault: HookFault, _ run: HookRun) async {
        run.note(fault)
        log(line(.warning, fault, run.event))
        if run.journal != nil { await onPassedOver(fault, run.event) }
    }

    /// The answers in the chain's order.
    private func askAll(_ hooks: [Hook], _ run: HookRun, _ end: Monotonic) async -> [(Hook, Result<HookAnswer, HookFault>)] {
        await withTaskGroup(of: (Int, Result<HookAnswer, HookFault>).self) { group in
            for (place, hook) in hooks.enumerated() { group.addTask { (place, await ask(hook, run, until: end)) } }
            var answers = [Result<HookAnswer, HookFault>?](repeating: nil, count: hooks.count)
            for await (place, answer) in group { answers[place] = answer }
            return zip(hooks, answers).compactMap { hook, answer in answer.map { (hook, $0) } }
        }
    }

    private func line(_ level: HookLogLine.Level, _ fault: HookFault, _ event: HookEvent) -> HookLogLine {
        HookLogLine(level, "\(event.schema.name) failed (\(fault.kind.rawValue)): \(fault.message)", event: event.header.id, hook: fault.hook, place: fault.place)
    }
}
