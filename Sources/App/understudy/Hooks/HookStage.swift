internal import Administration
internal import ClusterModel
internal import Coordination
internal import Failover
internal import Foundation
internal import Hooks
internal import Logging
internal import Reactor
internal import Settings
internal import Storage

/// The hooks of this daemon, loaded and ready: runs what the engine asks, and tells what happened.
struct HookStage: Sendable {
    /// Notices that may wait to be told; more are dropped with a log line.
    private static let noticeBacklog = 256
    /// Notices that are told at the same time.
    private static let noticesAtOnce = 16

    let generations: HookGenerations
    let figures = HookFigures()
    let journal: EventJournal
    let store: StateStore
    let logger: Logger
    let clusterName: String
    let coordinator: CoordinatorReference
    private let processes: HookProcesses
    /// Finished steps, and every run with its calls.
    let record: HookJournal
    let running = RunningEvents()
    let metrics = HookMetrics()
    private let actions: EngineActions
    private let secrets: SecretVault
    private let host: HookHands
    private let limits: HookLimits
    private let log: HookLog
    let rollsBack: Bool
    private let notices: AsyncStream<HookEvent>
    private let noticeInput: AsyncStream<HookEvent>.Continuation

    /// Loads every hook; a broken one keeps the daemon from starting: better now than at 3 a.m. Where hooks were in force
    /// before, these are, and what is wrong with the site's directory is only said.
    init(_ settings: Settings, _ nodes: [Node], hands: NodeSet, actions: EngineActions, store: StateStore, journal: EventJournal, coordinator: CoordinatorReference,
         waiter: DescriptorWaiter, logger: Logger) async throws {
        let log: HookLog = { logger.hookLine($0) }
        let secrets = SecretVault(directory: settings[\.daemon.secretDirectory])
        processes = HookProcesses(executable: try ownExecutable(), waiter: waiter, limits: HookProcesses.Limits(settings), log: log)
        let staging = HookStaging(directories: try SharedFiles.directories(settings), processes: processes, specs: HookSpecs.runner(processes))
        generations = HookGenerations(staging: staging, store: StoredGenerations(store: store), options: settings.hookOptions, nodes: nodes.map(\.name))
        do {
            for problem in try await generations.start() { StderrLog.writeLine(problem.description) }
        } catch let refused as HookGenerations.Refused {
            for problem in refused.problems { StderrLog.writeLine(problem.description) }
            let count = refused.problems.count
            throw StartFailure("\(count.counted("problem")) in hooks, see above: correct them, or move the file out of \(settings[\.daemon.hookDirectory])")
        }
        let inForce = await generations.current
        for entry in inForce.catalogue.entries {
            logger.info("hook loaded", metadata: ["hook": "\(entry.name)", "file": "\(entry.file)", "events": "\(entry.events.joined(separator: ", "))",
                                                  "generation": "\(inForce.number)"])
        }
        record = HookJournal(store: store)
        self.actions = actions
        self.secrets = secrets
        limits = HookLimits(settings)
        host = HookHands(nodes: hands, coordinator: coordinator, log: { log($0.masked(by: secrets)) }, actions: actions, mostLines: limits.logLines)
        self.store = store
        self.journal = journal
        self.coordinator = coordinator
        self.logger = logger
        self.log = log
        clusterName = settings[\.daemon.clusterName]
        rollsBack = settings[\.daemon.hookAutoRollback]
        (notices, noticeInput) = AsyncStream.makeStream(of: HookEvent.self, bufferingPolicy: .bufferingOldest(Self.noticeBacklog))
    }

    /// Keeps processes ready, tells notices, follows the clock and the journal, until cancelled.
    func run() async {
        await processes.prepare()
        await withDiscardingTaskGroup { group in
            group.addTask { await actions.run() }
            group.addTask { await runner(generations.current.catalogue).resume { record in await runner(generations.kept(record.generation).catalogue) } }
            group.addTask { await tellNotices() }
            group.addTask { await followClock() }
            group.addTask { await followJournal() }
        }
        await processes.shutDown()
    }

    private func tellNotices() async {
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await event in notices {
                if running >= Self.noticesAtOnce {
                    await group.next()
                    running -= 1
                }
                group.addTask { await tellNow(event) }
                running += 1
            }
            group.cancelAll()
        }
    }

    /// Work that nothing waits for fails into the event journal; a notification that fails is logged by its runner.
    private func tellNow(_ event: HookEvent) async {
        let outcome = await run(event)
        if event.schema == .failoverFinished { await noteTold(event.header.id) }
        guard case .failed(let fault) = outcome, event.schema.kind == .do else { return }
        await record("hook_failed", "\(event.schema.name): \(fault)")
    }

    // MARK: Events

    /// Runs an event with the hooks in force; of a `do` event every attempt has those that the first one had.
    @discardableResult
    func run(_ event: HookEvent, bundledOnly: Bool = false, only: String? = nil, resumes: Bool = false) async -> HookOutcome {
        let (generation, catalogue) = await hooks(for: event)
        guard catalogue.handles(event.schema) else { return .passed }
        var event = event
        event.header.generation = generation
        let began = ContinuousClock.now
        let outcome = await runner(catalogue).run(event, bundledOnly: bundledOnly, only: only, resumes: resumes)
        figures.note(event.schema.name, outcome, .now - began)
        await actions.endPauses(of: event.header.id)
        if case .failed(let fault) = outcome, event.schema.kind == .do, fault.kind == .code, catalogue.isSite(fault.hook) { await condemn(generation, fault) }
        return outcome
    }

    /// Runs events with the hooks of a generation.
    func runner(_ catalogue: HookCatalogue) -> HookRunner {
        HookRunner(catalogue: catalogue, processes: processes, host: host, journal: record, secrets: secrets, metrics: metrics, running: running, limits: limits, log: log) { fault, event in
            await record("hook_failed", "\(event.schema.name): \(fault)")
        }
    }

    /// A failover has the hooks that it began with through all its attempts; other work, where the daemon's end interrupted it.
    private func hooks(for event: HookEvent) async -> (Int, HookCatalogue) {
        let current = await generations.current, id = event.header.id
        guard event.schema.kind == .do else { return (current.number, current.catalogue) }
        do {
            if event.schema == .failover { return try await generations.generation(forEvent: id) }
            guard let last = try await record.runs(of: id).last, last.isInterrupted else { return (current.number, current.catalogue) }
            return await generations.kept(last.generation)
        } catch {
            logger.error("the generation of \(id) cannot be looked up: \(error.reason)")
            return (current.number, current.catalogue)
        }
    }

    /// Queues an event that nothing waits for.
    func tell(_ event: HookEvent) {
        if case .dropped = noticeInput.yield(event) {
            logger.warning("a notice to hooks was dropped: \(Self.noticeBacklog) wait already", metadata: ["event": "\(event.schema.name)"])
        }
    }

    /// An event's header, as of now.
    func header(_ id: String = EventID.make(), epoch: Epoch, cause: String = "health_check", requestedBy: String? = nil, parent: String? = nil) -> HookEvent.Header {
        var header = HookEvent.Header(id: id, epoch: epoch, at: Date().timeIntervalSince1970, cause: cause, requestedBy: requestedBy)
        header.parent = parent
        return header
    }

    // MARK: Generations

    /// Where new hooks part from what was recorded.
    @Sendable func rehearse(_ next: HookCatalogue, insteadOf current: HookCatalogue) async -> [HookProblem] {
        do { return try await HookRehearsal(journal: record, runner: runner).remarks(on: next, insteadOf: current) } catch {
            return [HookProblem("hooks", "recorded events cannot be replayed: \(error)")]
        }
    }

    /// Takes over options and new files with the configuration: checked with it, put in force with it.
    var reloading: ConfigurationReloader.Part {
        { fresh in
            let step = try await generations.prepareReload(options: fresh.settings.hookOptions, author: "reload")
            return {
                do { if let change = try await step() { await changed(change, "reload", by: nil) } } catch {
                    logger.error("the hooks stay as they were: \(error)")
                }
            }
        }
    }

    /// The code of a generation failed where work was to be done: it is bad, and taken out where the configuration says so.
    private func condemn(_ generation: Int, _ fault: HookFault) async {
        do {
            try await generations.mark(generation, fault: fault.description)
            await record("hooks_marked_bad", "generation \(generation) of the hooks is bad: \(fault)")
            if let cluster = await cluster() {
                tell(.alert(header(epoch: cluster.epoch), in: cluster.cluster, severity: "critical", title: "a hook failed",
                            text: "generation \(generation) of the hooks is bad: \(fault)", node: nil))
            }
            guard rollsBack, await generations.current.number == generation else { return }
            let change = try await generations.rollBack(to: nil)
            await changed(change, "rolled back by itself: \(fault)", by: nil)
        } catch { logger.error("generation \(generation) of the hooks is bad and stays in force: \(error)") }
    }

    /// Says that another generation is in force.
    func changed(_ change: HookGenerations.Change, _ reason: String, by requestedBy: String?) async {
        await record("hooks_changed", "generation \(change.to) of the hooks is in force, before: \(change.from) (\(reason))")
        guard let cluster = await cluster() else { return }
        let header = header(epoch: cluster.epoch, cause: requestedBy == nil ? "schedule" : "operator", requestedBy: requestedBy)
        tell(HookEvent(.hooksReloaded, header, in: cluster.cluster, ["from": HookValue(change.from), "to": HookValue(change.to), "reason": .text(reason)]))
    }

    /// A hook raised an alert: it goes into the event journal and to the hooks that want to hear of alerts.
    @Sendable func alert(_ alert: HookAlert) async {
        await record("alert", "\(alert.severity): \(alert.title)\(alert.text.isEmpty ? "" : ": \(alert.text)")", node: alert.node,
                     details: alert.details)
        guard let cluster = await cluster() else { return }
        tell(.alert(header(epoch: cluster.epoch, cause: "hook:\(alert.hook)", parent: alert.event), in: cluster.cluster, severity: alert.severity, title: alert.title,
                    text: alert.text, node: alert.node))
    }

    private func record(_ kind: String, _ message: String, node: NodeID? = nil, details: String = "{}") async {
        logger.notice("\(message)", metadata: ["event": "\(kind)"])
        let epoch = await coordinator.value?.snapshot().epoch ?? .zero
        do { try await journal.append(kind: kind, epoch: epoch, node: node, message: message, details: details) } catch {
            logger.error("the event journal cannot be written: \(error)")
        }
    }

    /// The cluster as the coordinator sees it now; nil while the daemon starts.
    func cluster() async -> (cluster: HookCluster, epoch: Epoch)? {
        guard let snapshot = await coordinator.value?.snapshot() else { return nil }
        return (HookCluster(clusterName, snapshot), snapshot.epoch)
    }
}

extension HookCluster {
    init(_ name: String, _ snapshot: ClusterSnapshot) {
        self.init(name: name, nodes: snapshot.nodes.map { view in
            let seen = view.report?.observation
            return Member(node: view.node, status: view.service.status, role: seen?.role, walEnd: seen?.walEnd, timeline: seen?.timeline, lagBytes: view.lag?.bytes,
                          version: seen.map { $0.serverVersion / 10_000 }, follows: view.follows)
        }, primary: snapshot.primary)
    }
}
