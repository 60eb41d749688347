internal import Reactor

/// Runs events: asks the hooks of the chain in turn, each handler in a hook process of its own.
package struct HookRunner: Sendable {
    private let catalogue: HookCatalogue
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

    /// Runs an event to its outcome, soon after its budget at the latest. With `bundledOnly` the site's hooks are left out.
    package func run(_ event: HookEvent, bundledOnly: Bool = false) async -> HookOutcome {
        let budget = min(event.schema.budget, limits.budget), end = Monotonic.now() + budget
        var failure: HookFault?
        for hook in catalogue.chain(for: event.schema, bundledOnly: bundledOnly) {
            var limits = limits
            limits.budget = max(end - .now(), .zero).roundedUp
            switch (await run(hook, event, limits, budget), event.schema.kind) {
            case (.reported(let report), .do) where report["outcome"].text == "done": return .done(hook: hook.name, report["value"])
            case (.reported, _): continue
            case (.failed(let fault), .do):
                log(line(.error, fault, event))
                return .failed(fault)
            case (.failed(let fault), .tell):
                log(line(.warning, fault, event))
                failure = failure ?? fault
            }
        }
        return failure.map(HookOutcome.failed) ?? .passed
    }

    private func run(_ hook: Hook, _ event: HookEvent, _ limits: HookLimits, _ budget: Duration) async -> HookConversation.Ending {
        let effects = HookEffects(host: host, journal: journal, waiter: processes.waiter, event: event, hook: hook)
        let (log, id, name) = (log, event.header.id, hook.name)
        return await HookConversation(
            processes: processes, request: catalogue.request("run", hook, event.value(budget: budget), limits), limits: limits,
            hook: hook.name, files: hook.files(with: catalogue.modules), isNotification: event.schema.kind == .tell,
            log: { log(HookLogLine($0, $1, fields: $2, event: id, hook: name, place: $3)) },
            perform: { await effects.perform($0) }
        ).run()
    }

    private func line(_ level: HookLogLine.Level, _ fault: HookFault, _ event: HookEvent) -> HookLogLine {
        HookLogLine(level, "\(event.schema.name) failed (\(fault.kind.rawValue)): \(fault.message)", event: event.header.id, hook: fault.hook, place: fault.place)
    }
}
