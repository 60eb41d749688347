import ClusterModel
import Failover
import HealthTracking

/// One life of the member: the engine's own cores, and as much of a coordinator as moves them.
///
/// Facts are taken one at a time; a decision is acted upon when it is on disk. `end` is a kill: whatever is under way finds nobody.
final class Daemon {
    /// For whom writes pass.
    struct Gate: Equatable {
        let primary: NodeID
        let epoch: Epoch
    }

    struct Report {
        let node: NodeID
        let isGone: Bool
        let reason: String
        let observation: NodeObservation?

        var answer: Election.Answer { observation.map(Election.Answer.success) ?? .failure(NodeSilence(reason)) }
    }

    let world: World
    let nodes: [Node]
    private(set) var isAlive = true
    private(set) var state = ClusterState()
    private(set) var gate: Gate?
    /// Why nobody can be promoted, when that is so.
    private(set) var words = ""
    private let born: Int
    private var health: [NodeHealth]
    private var probes: [Int]
    private var reports: [NodeID: Report] = [:]
    private var inbox: [Report] = []
    private var isJudging = false
    private var isPrimaryConfirmed = false
    private var lastWrite = 0
    var procedure: FailoverProcedure?
    /// Positions as a mutant wants them compared.
    var early: [NodeID: Election.Answer]?

    static let policy = HealthPolicy(period: .milliseconds(400), retries: 2, retryDelay: .milliseconds(50))
    static let probeTimeout = 150_000

    init(in world: World, log: [ClusterCommand]) {
        self.world = world
        nodes = world.servers.map { Node(id: $0.id, name: "node\($0.id)", host: "", port: 5432) }
        born = world.now
        health = nodes.map { _ in NodeHealth(policy: Self.policy) }
        probes = nodes.map { _ in 0 }
        for command in log { do { try state.apply(command) } catch { world.note("an entry changes nothing: \(error)") } }
        for node in nodes { after(world.random(0...2000)) { $0.probe(node.id) } }
        beginFailover()
    }

    func end() {
        isAlive = false
        if gate != nil { world.check.gateClosed() }
        gate = nil
    }

    /// Later, if this life goes on.
    func after(_ pause: Int, _ act: @escaping (Daemon) -> Void) {
        world.after(pause) { [self] in if isAlive { act(self) } }
    }

    // MARK: Probes

    private func probe(_ node: NodeID) {
        probes[node.number] += 1
        let number = probes[node.number]
        ask(node, within: Self.probeTimeout) { server, answer in answer(server.observation) } then: { daemon, reply in
            let now = Duration.microseconds(daemon.world.now - daemon.born)
            let pause = daemon.health[node.number].probed(reply.probeResult, at: now)
            let health = daemon.health[node.number]
            daemon.take(Report(node: node, isGone: health.isGone, reason: health.reason, observation: health.observation))
            if let pause { daemon.after(pause.microseconds) { if $0.probes[node.number] == number { $0.probe(node) } } }
        }
    }

    func trafficFailed(on node: NodeID) {
        let number = probes[node.number]
        after(health[node.number].delayOfEvidence(at: .microseconds(world.now - born)).microseconds) { if $0.probes[node.number] == number { $0.probe(node) } }
    }

    // MARK: Facts

    private func take(_ report: Report) {
        reports[report.node] = report
        inbox.removeAll { $0.node == report.node }
        inbox.append(report)
        judgeNext()
    }

    private func judgeNext() {
        guard !isJudging, !inbox.isEmpty else { return }
        isJudging = true
        judge(inbox.removeFirst()) { daemon in
            daemon.isJudging = false
            daemon.beginFailover()
            daemon.judgeNext()
        }
    }

    private func judge(_ report: Report, then done: @escaping (Daemon) -> Void) {
        if state.phase == .unformed { return adopt(done) }
        repairSeal(report)
        guard state.openPrimary == report.node else { return done(self) }
        let silence = report.isGone ? report.reason : nil
        switch PrimaryReview(of: nodes[report.node.number], report.observation, silence: silence, state: state, nodes: nodes) {
        case .unknown: done(self)
        case .lost(let reason): decide(.declareLost(primary: report.node, epoch: state.epoch, reason: reason, event: "ev-\(world.now)")) { daemon, _ in done(daemon) }
        case .sound(let set): confirm(set, done)
        }
    }

    /// A seal that nobody needs any more, left by an earlier life or out of reach then.
    private func repairSeal(_ report: Report) {
        guard let epoch = report.observation?.sealedIn, state.openPrimary == report.node || state.mayUnseal(sealedIn: epoch) else { return }
        let state = state
        ask(report.node, within: Self.probeTimeout) { server, answer in
            if server.sealedIn == epoch, server.isWritable || state.mayUnseal(sealedIn: epoch) { server.unseal() }
            answer(true)
        } then: { _, _ in }
    }

    private func adopt(_ done: @escaping (Daemon) -> Void) {
        guard nodes.allSatisfy({ reports[$0.id] != nil }),
              case .adopt(let primary, let identifier, let timeline) = Adoption.judge(reports.mapValues(\.answer), nodes: nodes) else { return done(self) }
        decide(.adopt(primary: primary, systemIdentifier: identifier, timeline: timeline)) { daemon, _ in
            guard let report = daemon.reports[primary] else { return done(daemon) }
            daemon.judge(report, then: done)
        }
    }

    /// The set is on disk before the gate opens: what is acknowledged from then on is acknowledged by it.
    private func confirm(_ set: SynchronousSet, _ done: @escaping (Daemon) -> Void) {
        guard set != state.synchronousSet else {
            isPrimaryConfirmed = true
            publish()
            return done(self)
        }
        decide(.setSynchronousSet(set, epoch: state.epoch)) { daemon, isTaken in
            if isTaken {
                daemon.isPrimaryConfirmed = true
                daemon.publish()
            }
            done(daemon)
        }
    }

    // MARK: Decisions

    /// On disk first, then in the state; false when it changed nothing.
    func decide(_ command: ClusterCommand, then done: @escaping (Daemon, Bool) -> Void) {
        lastWrite = max(lastWrite, world.now) + world.random(100...1500)
        after(lastWrite - world.now) { daemon in
            daemon.world.persist(command)
            daemon.after(daemon.world.random(1...200)) { daemon in
                let before = daemon.state
                do { try daemon.state.apply(command) } catch { daemon.world.note("refused: \(error)") }
                done(daemon, daemon.state != before)
            }
        }
    }

    func publish() {
        let next = isPrimaryConfirmed ? state.openPrimary.map { Gate(primary: $0, epoch: state.epoch) } : nil
        guard next != gate else { return }
        let old = gate
        gate = next
        if old != nil {
            world.check.gateClosed()
            if world.mutation != .forgetEpoch { for client in world.clients { client.gateClosed() } }
        }
        world.note(next.map { "the gate opens for node\($0.primary) in epoch \($0.epoch)" } ?? "the gate closes")
        if let next { world.check.gateOpened(for: next.primary, next.epoch) }
    }

    func closeGate() {
        isPrimaryConfirmed = false
        publish()
    }

    /// The log's primary was seen writable by the caller.
    func openGate() {
        isPrimaryConfirmed = true
        publish()
    }

    func explain(_ words: String) {
        if self.words != words { world.note("blocked: \(words)") }
        self.words = words
    }
}

extension Duration {
    var microseconds: Int { Int(components.seconds) * 1_000_000 + Int(components.attoseconds / 1_000_000_000_000) }
}
