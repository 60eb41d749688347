package import ClusterModel
package import Failover
internal import Foundation
package import Logging

/// The one owner of the cluster's truth in this process: reads facts in order, decides with the cores of `Failover`,
/// records in the control log, and hands topologies down.
///
/// Re-reads its state after every `await`: the log's `apply` may have changed it.
package actor ClusterCoordinator {
    let nodes: [Node]
    let hands: any ClusterHands
    let log: any ControlLog
    let journal: EventJournal
    let logger: Logger
    let rules: FailoverRules
    let inbox: CoordinatorInbox

    private(set) var state = ClusterState()
    /// The newest report of each node, in this run of the daemon.
    private(set) var reports: [NodeID: NodeReport] = [:]
    /// The furthest position seen of each node, in this run of the daemon.
    private var lastPositions: [NodeID: LogSequenceNumber] = [:]
    /// What hooks said of nodes that are to be declared down.
    var approvals = DownApprovals()
    /// How often each node's probes changed for the worse since it was up last.
    private var failures: [NodeID: Int] = [:]
    /// What each node that is not the primary was found to be when its service changed last, in this run of the daemon.
    var kinships: [NodeID: Kinship.Kind] = [:]
    /// Logs that nobody follows.
    var inquiries = LossInquiries()
    /// When traffic first failed on a node that was up: where a failover's clock starts.
    private var troubleSince: [NodeID: ContinuousClock.Instant] = [:]
    /// Whether the recorded primary was seen to be one in this run; until then the gate stays closed.
    var isPrimaryConfirmed = false
    /// Why the gate is closed, for people.
    var closedReason = "starting: no node was looked at yet"
    private(set) var publishedTopology: Topology?
    var isFailoverRunning = false
    /// Whom an operator wants promoted by the failover under way.
    var preferred: NodeID?
    /// Nodes whose seal is being taken away, because nobody needs it any more.
    var unsealing: Set<NodeID> = []
    var straySeals: [(node: Node, sealed: Epoch)] = []
    /// Where a running failover stands.
    var failoverStep: FailoverProcedure.Step?
    /// The last failover that the log says has ended.
    private(set) var lastEnd: (loss: ClusterState.Loss, isReopened: Bool)?
    /// When a node last went into or out of service, for people.
    private(set) var statusChanges: [NodeID: Date] = [:]
    let startedAt = Date()
    /// What clients had noticed when the primary was well last.
    var clientsBefore: ClientCounts?
    /// Set when the log or the journal cannot be written: nothing may be decided any more.
    private(set) var failure: ControlLogFailure?

    package init(nodes: [Node], hands: any ClusterHands, log: any ControlLog, journal: EventJournal, inbox: CoordinatorInbox, logger: Logger,
                 rules: FailoverRules = FailoverRules()) {
        self.nodes = nodes
        self.hands = hands
        self.log = log
        self.journal = journal
        self.inbox = inbox
        self.logger = logger
        self.rules = rules
        approvals.limit = rules.maxVeto
    }

    /// Restores the state, then serves facts until the inbox is closed. Throws when the control log fails: the gate
    /// is closed by then, and going on would be guessing.
    package func run() async throws(ControlLogFailure) {
        try await log.start { [weak self] entry in await self?.adopt(entry) }
        logger.info("state restored", metadata: ["epoch": "\(state.epoch)", "phase": "\(describePhase())"])
        await publish()
        await sayWhatWasNotSaid()
        await withDiscardingTaskGroup { group in
            if state.loss != nil { beginFailover(in: &group, isResumed: true) }
            while failure == nil, let fact = await inbox.next() {
                await take(fact)
                for inquiry in takeInquiries() { group.addTask { await self.answer(inquiry) } }
                for (node, sealed) in takeStraySeals() { group.addTask { await self.unseal(node, sealed) } }
                for question in approvals.takeQuestions() { group.addTask { await self.ask(question) } }
                if state.loss != nil, !isFailoverRunning, failure == nil { beginFailover(in: &group) }
            }
            group.cancelAll()
        }
        if let failure { throw failure }
    }

    /// Every committed entry arrives here, once and in order.
    private func adopt(_ entry: ControlLogEntry) {
        let before = state
        do { try state.apply(entry.command) } catch {
            logger.warning("control log entry \(entry.index) changes nothing: \(error)")
        }
        if let loss = before.loss, state.loss == nil { lastEnd = (loss, isReopened: state.openPrimary == loss.primary) }
        for node in nodes where state.service(of: node.id).status != before.service(of: node.id).status { statusChanges[node.id] = Date() }
    }

    /// Records a decision. False when it was refused or could not be written; the reason is logged.
    func decide(_ command: ClusterCommand) async -> Bool {
        let before = state
        do { try await log.propose(command) } catch {
            failure = error
            logger.critical("the control log cannot be written, no decision is possible: \(error)")
            await close("the control log cannot be written")
            inbox.close()
            return false
        }
        return state != before
    }

    // MARK: Facts

    private func take(_ fact: CoordinatorInbox.Fact) async {
        switch fact {
        case .evidence(let node, let evidence, let at):
            if troubleSince[node] == nil { troubleSince[node] = at }
            logger.info("traffic failed", metadata: ["node": "\(name(node))", "evidence": "\(evidence.rawValue)"])
        case .again(let node): if let report = reports[node] { await judge(report) }
        case .report(let report):
            let previous = reports.updateValue(report, forKey: report.node)
            if let observation = report.observation { lastPositions[report.node] = observation.walEnd }
            switch report.verdict {
            case .up: troubleSince[report.node] = nil
            case .suspect, .wedged, .down: if troubleSince[report.node] == nil { troubleSince[report.node] = .now }
            }
            if previous?.verdict != report.verdict {
                logger.info("node is \(report.verdict.rawValue)", metadata: ["node": "\(name(report.node))", "reason": "\(report.reason)"])
                if report.verdict == .wedged { await record("node_wedged", node: report.node, "\(name(report.node)) \(report.reason)") }
                await tellHealth(report, previous?.verdict)
            }
            if report.verdict != .down { approvals.forget(report.node) }
            await releaseExpired()
            await judge(report)
        }
    }

    // MARK: Topology

    /// Closes the gate, or keeps it closed, for another reason than a loss in the log.
    func close(_ reason: String) async {
        if closedReason != reason { logger.notice("writes are held: \(reason)") }
        closedReason = reason
        isPrimaryConfirmed = false
        await publish()
    }

    /// The primary that the log names was seen writable by the caller.
    func confirmPrimary() { isPrimaryConfirmed = true }

    /// Hands the shards what the state allows; returns when all have it.
    func publish() async {
        let gate: Topology.Gate
        if let primary = state.openPrimary, isPrimaryConfirmed { gate = .open(primary: primary) } else { gate = .closed(reason: closedReason) }
        let topology = Topology(epoch: state.epoch, gate: gate, nodes: nodes)
        guard topology != publishedTopology else { return }
        publishedTopology = topology
        await hands.apply(topology)
    }

    /// Closes the gate because of the loss in the log; returns when no shard holds a backend of the old epoch.
    func closeGate() async {
        if let loss = state.loss { closedReason = "\(name(loss.primary)), the primary, \(loss.reason); a failover is under way" }
        isPrimaryConfirmed = false
        await publish()
    }

    func explainClosedGate(_ reason: String) -> Bool {
        defer { closedReason = reason }
        return closedReason != reason
    }

    var gateReason: String { publishedTopology?.primary == nil ? closedReason : "" }

    // MARK: Small things

    func node(_ id: NodeID) -> Node? { nodes.first { $0.id == id } }
    func name(_ id: NodeID) -> String { node(id)?.name ?? "node \(id)" }
    func trouble(of node: NodeID) -> ContinuousClock.Instant { troubleSince[node] ?? .now }
    func lastPosition(of node: NodeID) -> LogSequenceNumber? { lastPositions[node] }
    func forgetTrouble(of node: NodeID) { troubleSince[node] = nil }

    /// Tells the hooks, with the cluster as it is now.
    func tell(_ notice: ClusterNotice) async { await hands.tell(notice, in: snapshot()) }

    private func tellHealth(_ report: NodeReport, _ before: NodeReport.Verdict?) async {
        guard let node = node(report.node) else { return }
        failures[node.id] = report.verdict == .up ? 0 : failures[node.id, default: 0] + 1
        await tell(ClusterNotice(.healthChanged(node, from: before, to: report.verdict, reason: report.reason, failures: failures[node.id, default: 0])))
    }

    func tellDown(_ node: Node, _ reason: String) async {
        let event = EventID.make()
        // Hooks that have work to do are no business of maintenance.
        if !state.isInMaintenance { await tell(ClusterNotice(.standbyLost(node), event: event)) }
        await tell(ClusterNotice(.nodeDown(node, wasPrimary: false, reason: reason), event: event + "-down", parent: event))
        await tell(ClusterNotice(.membership(node, .detached, by: "health_check", reason: reason), parent: event))
    }

    func tellUp(_ node: Node, downFor: Duration?, parent: String?) async {
        let event = EventID.make()
        await tell(ClusterNotice(.nodeUp(node, downFor: downFor), event: event, parent: parent))
        await tell(ClusterNotice(.membership(node, .attached, by: "health_check", reason: ""), parent: event))
    }

    /// Writes the journal. An event that cannot be written is logged and changes nothing: the log is the truth.
    func record(_ kind: String, node: NodeID?, _ message: String, details: String = "{}") async {
        logger.notice("\(message)", metadata: ["event": "\(kind)", "epoch": "\(state.epoch)"])
        // What is written down during a failover belongs to it.
        let details = details == "{}" ? state.loss.map { Details(["event": $0.event]).json } ?? details : details
        do { try await journal.append(kind: kind, epoch: state.epoch, node: node, message: message, details: details) } catch {
            logger.error("the event journal cannot be written: \(error)")
        }
    }

    func describePhase() -> String {
        switch state.phase {
        case .unformed: "unformed"
        case .open(let primary): "open, primary \(name(primary))"
        case .closed(let loss): "closed, lost \(name(loss.primary))"
        case .promoting(let candidate, let loss): "promoting \(name(candidate)), lost \(name(loss.primary))"
        }
    }
}
