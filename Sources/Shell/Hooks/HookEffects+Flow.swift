internal import ClusterModel
internal import Reactor

/// What belongs to the event itself: steps and their undoing, pauses, alerts and metrics, and several calls at once.
extension HookEffects {
    func flow(_ function: HostFunction, _ arguments: HostArguments, _ context: EffectContext) async throws(HostCallFailure) -> HookValue {
        if let problem = Self.problem(function, arguments) { throw problem }
        let name = arguments.text("name")
        switch function.operation {
        case "step.begin": return try await beginStep(name)
        case "step.end":
            try await record("step \"\(name)\" is done and cannot be recorded") { (journal) async throws(HookJournalFailure) in try await journal.recordStep(key(name), arguments["value"]) }
            if arguments.isSet("has_undo") { run.noteUndo(in: hook.name) }
        case "undo.register": run.noteUndo(in: hook.name)
        case "undo.begin": return ["is_finished": .boolean(try await recorded(undoKey(name)) != nil)]
        case "undo.end": try await endUndo(name, arguments["error"].text, context)
        case "once.begin":
            let value = try await services.values.entry(of: onceSpace, arguments.text("key"), now: run.now)
            return ["is_finished": .boolean(value != nil), "value": value ?? .none]
        case "once.end":
            if run.plan == nil, !run.isReadOnly { try await services.values.set(onceSpace, arguments.text("key"), arguments["value"], expire: arguments.duration("expire"), now: run.now) }
        case "sleep": try await sleep(arguments.duration("seconds") ?? .zero)
        case "progress":
            let percent = Int((arguments["fraction"].number ?? 0) * 100)
            log(.info, "\(percent) %" + (arguments["text"].text.map { ": \($0)" } ?? ""), context)
        case "span.begin", "span.end": break
        case "alert": return try await alert(arguments, context)
        case "metric.counter", "metric.gauge", "metric.histogram":
            try services.metrics.note(function.operation, hook: hook.name, name, arguments["value"].number ?? 0, arguments["labels"].map?.compactMapValues(\.text) ?? [:])
        case "run.lines": return try await lines(arguments)
        case "together": return try await together(arguments.values)
        default: throw HostCallFailure(.code, "\(function.operation) is declared and nobody does it")
        }
        return .none
    }

    /// What is wrong with the words of an alert or a metric; nil where there is nothing.
    static func problem(_ function: HostFunction, _ arguments: HostArguments) -> HostCallFailure? {
        switch function.operation {
        case "alert" where !["info", "warning", "critical"].contains(arguments.text("severity")):
            HostCallFailure(.code, "us.alert: severity: expected info, warning or critical; got \"\(arguments.text("severity"))\"")
        case _ where function.operation.hasPrefix("metric."): HookMetrics.problem(function.operation, arguments.text("name"), arguments["value"].number ?? 0)
        default: nil
        }
    }

    private func key(_ name: String) -> StepKey { StepKey(event: run.record.id, epoch: run.record.epoch, hook: hook.name, name: name) }
    /// Of this run only: a step that is done again later is to be undone again.
    private func undoKey(_ name: String) -> StepKey { key("undo \(run.number)/\(name)") }
    private var onceSpace: String { "once/" + hook.name }

    private func log(_ level: HookLogLine.Level, _ message: String, _ context: EffectContext) {
        services.log(HookLogLine(level, services.secrets.mask(message), event: context.event, hook: context.hook, place: context.place))
    }

    private func beginStep(_ name: String) async throws(HostCallFailure) -> HookValue {
        guard let value = try await recorded(key(name)) else { return ["is_finished": false] }
        // What an earlier attempt finished is to be undone when this one fails.
        run.noteUndo(in: hook.name)
        return ["is_finished": true, "value": value]
    }

    private func recorded(_ key: StepKey) async throws(HostCallFailure) -> HookValue? {
        guard let journal = run.journal else { return nil }
        do { return try await journal.recordedStep(key) } catch { throw HostCallFailure(.environment, "step \"\(key.name)\" cannot be looked up: \(error)") }
    }

    private func record(_ what: String, _ body: (HookJournal) async throws(HookJournalFailure) -> Void) async throws(HostCallFailure) {
        guard let journal = run.journal else { return }
        do { try await body(journal) } catch { throw HostCallFailure(.environment, "\(what): \(error)") }
    }

    /// What was undone has not finished: a later attempt does it again.
    private func endUndo(_ name: String, _ problem: String?, _ context: EffectContext) async throws(HostCallFailure) {
        if let problem { return log(.error, "\"\(name)\" could not be undone: \(problem)", context) }
        try await record("\"\(name)\" was undone, which cannot be recorded") { (journal) async throws(HookJournalFailure) in
            try await journal.forgetStep(key(name))
            try await journal.recordStep(undoKey(name), .none)
        }
        log(.info, "undone: \(name)", context)
    }

    private func sleep(_ length: Duration) async throws(HostCallFailure) {
        if run.plan != nil { return run.skip(length) }
        await services.waiter.sleep(length)
        if run.isCancelled, !isUndo { throw HostCallFailure(.cancelled, "the event was cancelled") }
    }

    private func alert(_ arguments: HostArguments, _ context: EffectContext) async throws(HostCallFailure) -> HookValue {
        if run.event.schema == .alert { throw HostCallFailure(.code, "us.alert in a handler of alerts would be heard by itself: tell others, or us.log.error") }
        if run.plan != nil || run.isReadOnly { return .none }
        return try await services.host.perform(HostCall(operation: .alert, node: arguments["node"].integer.map { NodeID(Int(clamping: $0)) }, arguments: arguments), in: context, line: nil)
    }
}
