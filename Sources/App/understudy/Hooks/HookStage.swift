internal import ClusterModel
internal import Coordination
internal import Foundation
internal import Hooks
internal import Logging
internal import NodeControl
internal import Reactor
internal import Settings
internal import Storage

/// The hooks of this daemon, loaded and ready: what is run for the coordinator's requests and notices.
struct HookStage: Sendable {
    /// Notices that may wait to be told; more are dropped with a log line.
    private static let noticeBacklog = 64

    let runner: HookRunner
    let journal: HookJournal
    let running = RunningEvents()
    let metrics = HookMetrics()
    private let actions: EngineActions
    private let processes: HookProcesses
    private let nodes: [Node]
    private let clusterName: String
    private let logger: Logger
    private let notices: AsyncStream<HookEvent>
    private let noticeInput: AsyncStream<HookEvent>.Continuation

    /// Loads every hook; a broken one keeps the daemon from starting: better now than at 3 a.m.
    init(_ settings: Settings, _ nodes: [Node], hands: NodeSet, epochs: any EpochGuard, actions: EngineActions, store: StateStore, waiter: DescriptorWaiter, logger: Logger) async throws {
        let secrets = SecretVault(directory: settings[\.daemon.secretDirectory])
        let log: HookLog = { logger.hookLine($0) }
        processes = HookProcesses(executable: try ownExecutable(), waiter: waiter, limits: HookProcesses.Limits(settings), log: log)
        let (catalogue, problems) = await HookCatalogue.load(try SharedFiles.directories(settings), options: settings.hookOptions, processes: processes)
        guard problems.isEmpty else {
            for problem in problems { StderrLog.writeLine(problem.description) }
            throw StartFailure("\(problems.count) \(problems.count == 1 ? "problem" : "problems") in hooks, see above: correct them, or move the file out of \(settings[\.daemon.hookDirectory])")
        }
        for entry in catalogue.entries {
            logger.info("hook loaded", metadata: ["hook": "\(entry.name)", "file": "\(entry.file)", "events": "\(entry.events.joined(separator: ", "))"])
        }
        journal = HookJournal(store: store)
        self.actions = actions
        let host = HookHands(nodes: hands, epochs: epochs, log: { log($0.masked(by: secrets)) }, actions: actions)
        runner = HookRunner(catalogue: catalogue, processes: processes, host: host, journal: journal, secrets: secrets, metrics: metrics, running: running,
                            limits: HookLimits(settings, budget: .seconds(86_400)), log: log)
        self.nodes = nodes
        self.logger = logger
        clusterName = settings[\.daemon.clusterName]
        (notices, noticeInput) = AsyncStream.makeStream(of: HookEvent.self, bufferingPolicy: .bufferingOldest(Self.noticeBacklog))
    }

    /// Keeps processes ready and tells notices, until cancelled.
    func run() async {
        await processes.prepare()
        await withDiscardingTaskGroup { group in
            group.addTask { await actions.run() }
            group.addTask { await runner.resume() }
            for await event in notices { group.addTask { _ = await runner.run(event) } }
            group.cancelAll()
        }
        await processes.shutDown()
    }

    /// Runs the `failover` event for a request.
    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure> {
        let candidates = request.observations.filter { $0.value.role == .standby }.sorted { $0.value.walEnd > $1.value.walEnd }.map(\.key)
        let header = HookEvent.Header(id: request.event, epoch: request.epoch, at: Date().timeIntervalSince1970, attempt: request.attempt)
        let event = HookEvent.failover(header, in: cluster(request.observations, primary: nil), lost: request.lost.id, candidate: request.candidate.id,
                                       candidates: candidates, lastPrimaryLSN: request.lastPrimaryLSN)
        switch await runner.run(event, bundledOnly: request.bundledOnly) {
        case .done: return .success(())
        case .passed: return .failure(PromotionFailure("no hook took care of the failover event"))
        case .failed(let fault): return .failure(PromotionFailure(fault.description))
        }
    }

    /// Queues a notice for the hooks that want it.
    func tell(_ notice: ClusterNotice, _ observations: [NodeID: NodeObservation]) {
        let event: HookEvent = switch notice {
        case .nodeDown(let node, let wasPrimary, let reason, let epoch, let id):
            .nodeDown(header(id, epoch), in: cluster(observations, primary: nil), node: node.id, wasPrimary: wasPrimary, error: reason)
        case .failoverFinished(let ok, let lost, let primary, let outcome, let message, let epoch, let id, let milliseconds):
            .failoverFinished(header(id, epoch), in: cluster(observations, primary: primary?.id), lost: lost.id, primary: primary?.id, outcome: outcome,
                              error: ok ? nil : message, took: .milliseconds(Int64(milliseconds)))
        }
        if case .dropped = noticeInput.yield(event) {
            logger.warning("a notice to hooks was dropped: \(Self.noticeBacklog) wait already", metadata: ["event": "\(event.schema.name)"])
        }
    }

    private func header(_ id: String, _ epoch: Epoch) -> HookEvent.Header { HookEvent.Header(id: id, epoch: epoch, at: Date().timeIntervalSince1970) }

    func cluster(_ observations: [NodeID: NodeObservation], primary: NodeID?) -> HookCluster {
        HookCluster(name: clusterName, nodes: nodes.map { node in
            let seen = observations[node.id]
            return HookCluster.Member(node: node, status: seen == nil ? .down : .up, role: seen?.role, walEnd: seen?.walEnd, timeline: seen?.timeline)
        }, primary: primary)
    }
}
