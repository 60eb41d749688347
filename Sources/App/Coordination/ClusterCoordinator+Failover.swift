internal import ClusterModel
internal import Failover
internal import Foundation
internal import Logging
internal import Storage

/// Performs what `FailoverProcedure` orders, and writes down how long each phase took.
extension ClusterCoordinator {
    /// `isResumed`: the loss was recorded in an earlier run of the daemon.
    func beginFailover(in group: inout DiscardingTaskGroup, isResumed: Bool = false) {
        isFailoverRunning = true
        group.addTask { await self.driveFailover(isResumed: isResumed) }
    }

    private func driveFailover(isResumed: Bool) async {
        defer {
            isFailoverRunning = false
            failoverStep = nil
        }
        guard let loss = state.loss, let lost = node(loss.primary) else { return }
        var procedure = FailoverProcedure(nodes: nodes, rules: rules.election, lastPosition: lastPosition(of: loss.primary))
        var timeline = FailoverTimeline("detect", since: trouble(of: loss.primary))
        var answers: [NodeID: Election.Answer] = [:]
        var patience = HookPatience(rules)
        var action = procedure.begin()
        timeline.enter("close")
        let words = "\(lost.name), the primary, \(loss.reason)"
        if isResumed { await record("failover_resumed", node: lost.id, "going on after a restart: \(words)") } else {
            let evidence = nodes.map { NodeEvidence($0, reports[$0.id], last: lastPosition(of: $0.id)) }
            await record("primary_lost", node: lost.id, words, details: Details(["event": loss.event], evidence: evidence).json)
        }
        while !Task.isCancelled, failure == nil {
            failoverStep = procedure.step
            let fact: FailoverProcedure.Fact
            switch action {
            case .closeGate:
                await closeGate()
                fact = .gateClosed
            case .seal:
                timeline.enter("seal")
                fact = .sealed(await sealStandbys(of: loss))
            case .observe:
                timeline.enter("observe")
                answers = await observeAll()
                fact = .answered(answers)
            case .choose(let candidates):
                timeline.enter("decide")
                fact = .chosen(await choose(candidates, loss, lost, answers, &patience))
            case .approve(let candidate, let candidates):
                timeline.enter("decide")
                fact = await approve(request(loss, lost, candidate, candidates, answers), &patience)
            case .fence(let candidate, let candidates):
                timeline.enter("decide")
                fact = await fence(request(loss, lost, candidate, candidates, answers), &patience)
            case .record(let command):
                timeline.enter("decide")
                fact = await recordStep(command)
            case .prepare(let candidate):
                timeline.enter("decide")
                await prepare(candidate, answers)
                fact = .prepared
            case .runHook(let candidate, let attempt, let bundledOnly):
                timeline.enter("promote")
                fact = await runHook(loss, lost, candidate, attempt, bundledOnly, answers)
            case .verify(let candidate):
                timeline.enter("verify")
                fact = .verified(await observe(candidate))
            case .unseal:
                timeline.enter("open")
                await unsealAll()
                fact = .unsealed
            case .wait(let reason):
                timeline.enter("blocked")
                await reportBlocked(reason, lost, loss.event)
                do { try await Task.sleep(for: FailoverProcedure.pause) } catch { return }
                fact = .retried
            case .finish(let outcome):
                timeline.enter("open")
                await finish(outcome, loss, lost, answers, &timeline)
                return
            }
            action = procedure.next(fact, state)
        }
    }

    func observeAll() async -> [NodeID: Election.Answer] {
        let hands = hands
        return await withTaskGroup(of: (NodeID, Election.Answer).self) { group in
            for node in nodes { group.addTask { (node.id, await hands.observe(node)) } }
            var answers: [NodeID: Election.Answer] = [:]
            for await (id, answer) in group { answers[id] = answer }
            // A look sees that a server answers, and not that it cannot commit.
            for (id, report) in reports where report.verdict == .wedged { answers[id] = report.answer }
            return answers
        }
    }

    /// A fresh look at one node.
    func observe(_ id: NodeID) async -> Election.Answer {
        guard let node = node(id) else { return .failure(NodeSilence("is not in the configuration any more")) }
        return await hands.observe(node)
    }

    private func recordStep(_ command: ClusterCommand) async -> FailoverProcedure.Fact {
        guard await decide(command) else { return .refused(reason: "the control log did not take the decision") }
        switch command {
        case .promote(let candidate, _): await record("promotion_decided", node: candidate, "\(name(candidate)) will be promoted")
        case .passOver(let candidate, _, let reason): await record("candidate_passed_over", node: candidate, "\(name(candidate)) \(reason)")
        case .adopt, .declareLost, .primaryIs, .reopen, .acceptLoss, .setStatus, .setSynchronousSet, .hold, .release, .setMaintenance, .adoptPromoted: break
        }
        return .recorded
    }

    private func runHook(_ loss: ClusterState.Loss, _ lost: Node, _ candidate: NodeID, _ attempt: Int, _ bundledOnly: Bool,
                         _ answers: [NodeID: Election.Answer]) async -> FailoverProcedure.Fact {
        guard let request = request(loss, lost, candidate, nil, answers, attempt: attempt, bundledOnly: bundledOnly) else {
            return .hookFailed(reason: "node \(candidate) is not in the configuration any more")
        }
        switch await hands.promote(request) {
        case .success: return .hookDone
        case .failure(let problem):
            await record("hook_failed", node: candidate, problem.description)
            return .hookFailed(reason: problem.description)
        }
    }

    private func reportBlocked(_ reason: String, _ lost: Node, _ event: String) async {
        guard explainClosedGate("\(lost.name), the primary, is lost and nobody can take over: \(reason)") else { return }
        await record("failover_blocked", node: lost.id, reason, details: Details(["event": event]).json)
        await publish()
        await tell(ClusterNotice(.alert(.critical, title: "no primary", text: "\(lost.name), the primary, is lost and nobody can take over: \(reason)", node: lost), parent: event))
    }

    private func finish(_ outcome: FailoverProcedure.Outcome, _ loss: ClusterState.Loss, _ lost: Node, _ answers: [NodeID: Election.Answer],
                        _ timeline: inout FailoverTimeline) async {
        let primary = state.openPrimary.flatMap(node)
        let clients = await hands.clients().since(clientsBefore)
        preferred = nil
        // Where somebody decided otherwise, a look at the primary opens the gate.
        if case .abandoned = outcome {} else { confirmPrimary() }
        await publish()
        timeline.end()
        forgetTrouble(of: lost.id)
        if case .promoted = outcome { inquiries.owed = lost.id }
        let message = switch outcome {
        case .promoted(let id): "\(name(id)) is the primary now"
        case .reopened(let id): "\(name(id)) came back before anything was promoted and is the primary again"
        case .abandoned(let reason): "the failover was abandoned: \(reason)"
        }
        let milliseconds = timeline.total()
        let details = Details(["event": loss.event, "lost": lost.name, "primary": primary?.name ?? "", "outcome": message], phases: timeline.phases, total: milliseconds,
                              observed: nodes.map { NodeEvidence($0, answers[$0.id]) }, clients: clients)
        await record(Self.endKind, node: primary?.id, message, details: details.json)
        await tell(ClusterNotice(.nodeDown(lost, wasPrimary: true, reason: loss.reason), event: loss.event + "-down", parent: loss.event))
        await tell(ClusterNotice(.membership(lost, .detached, by: "health_check", reason: loss.reason), parent: loss.event))
        if case .reopened = outcome { await tellUp(lost, downFor: .milliseconds(Int64(milliseconds)), parent: loss.event) }
        await tell(ClusterNotice(.failoverFinished(FailoverEnd(
            isOK: primary != nil, lost: lost, primary: primary, outcome: outcome.word, message: message, milliseconds: milliseconds, phases: timeline.phases,
            lostBytes: lostBytes(outcome, lost, answers))), event: Self.endEvent(loss), parent: loss.event))
    }

    private static func endEvent(_ loss: ClusterState.Loss) -> String { loss.event + "-finished" }

    /// A daemon that ended right after it had opened the service for a new primary told nobody: this one does.
    func sayWhatWasNotSaid() async {
        guard let (loss, isReopened) = lastEnd, let lost = node(loss.primary), let primary = state.openPrimary.flatMap(node) else { return }
        let outcome: FailoverProcedure.Outcome = isReopened ? .reopened(primary.id) : .promoted(primary.id)
        let message = "\(primary.name) is the primary now; the daemon ended before it could say so"
        let details = Details(["event": loss.event, "lost": lost.name, "primary": primary.name, "outcome": message])
        do {
            if try await journal.latest(ofKind: Self.endKind).map({ Details.event(in: $0.details) }) != loss.event {
                await record(Self.endKind, node: primary.id, message, details: details.json)
            }
        } catch { logger.error("the event journal cannot be read: \(error)") }
        guard await !hands.wasTold(Self.endEvent(loss)) else { return }
        await tell(ClusterNotice(.failoverFinished(FailoverEnd(
            isOK: true, lost: lost, primary: primary, outcome: outcome.word, message: message, milliseconds: nil, phases: [], lostBytes: nil)),
            event: Self.endEvent(loss), parent: loss.event))
    }

    private static let endKind = "failover_finished"

    /// WAL that was seen of the lost primary, and that the promoted node did not have; nil where either is not known.
    private func lostBytes(_ outcome: FailoverProcedure.Outcome, _ lost: Node, _ answers: [NodeID: Election.Answer]) -> UInt64? {
        guard case .promoted(let id) = outcome, case .success(let seen)? = answers[id], let last = lastPosition(of: lost.id) else { return nil }
        return last.bytesAhead(of: seen.walEnd)
    }
}

/// The JSON object beside a journal line.
struct Details: Encodable {
    let fields: [String: String]
    var phases: [FailoverTimeline.Phase]?
    var total: Double?
    /// What had been seen of the nodes before anything was decided, and what they answered when it was.
    var evidence: [NodeEvidence]?
    var observed: [NodeEvidence]?
    var clients: ClientCounts?
    var lost: DivergedLog?

    init(_ fields: [String: String], phases: [FailoverTimeline.Phase]? = nil, total: Double? = nil, evidence: [NodeEvidence]? = nil, observed: [NodeEvidence]? = nil,
         clients: ClientCounts? = nil, lost: DivergedLog? = nil) {
        self.fields = fields
        self.phases = phases
        self.total = total
        self.evidence = evidence
        self.observed = observed
        self.clients = clients
        self.lost = lost
    }

    /// The event's id in such an object; nil where there is none.
    static func event(in json: String) -> String? {
        struct Named: Decodable { let event: String? }
        do { return try JSONDecoder().decode(Named.self, from: Data(json.utf8)).event } catch { return nil } // Not one of ours.
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        for (name, value) in fields { try container.encode(value, forKey: Key(name)) }
        try container.encodeIfPresent(phases, forKey: Key("phases"))
        try container.encodeIfPresent(total, forKey: Key("total_ms"))
        try container.encodeIfPresent(evidence, forKey: Key("evidence"))
        try container.encodeIfPresent(observed, forKey: Key("observed"))
        try container.encodeIfPresent(clients, forKey: Key("clients"))
        try container.encodeIfPresent(lost, forKey: Key("lost"))
    }

    /// Strings and finite numbers always encode; anything else would be our own mistake.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        do { return String(decoding: try encoder.encode(self), as: UTF8.self) } catch {
            preconditionFailure("journal details cannot be encoded: \(error)")
        }
    }
}
