import ClusterModel
import Failover
import Synchronization
@testable import Coordination

let cluster = SystemIdentifier(7001)
let node0 = NodeID(0), node1 = NodeID(1), node2 = NodeID(2)
let threeNodes = [node0, node1, node2].map { Node(id: $0, name: "node\($0)", host: "127.0.0.1", port: 5432 + $0.number) }

func observation(_ role: Role, wal: UInt64 = 100, timeline: UInt32 = 1, synchronous: String = "") -> NodeObservation {
    NodeObservation(role: role, systemIdentifier: cluster, timeline: Timeline(timeline), walEnd: LogSequenceNumber(bytes: wal),
                    serverVersion: 150_018, synchronousStandbyNames: synchronous)
}

func report(_ node: NodeID, _ observation: NodeObservation?, reason: String = "refuses connections") -> NodeReport {
    NodeReport(node: node, verdict: observation == nil ? .down : .up, isGone: observation == nil, reason: observation == nil ? reason : "", observation: observation)
}

/// A cluster of servers in memory: real ones cannot be stopped between two lines of the coordinator.
final class ScriptedHands: ClusterHands {
    struct Script {
        var servers: [NodeID: NodeObservation] = [:]
        var topologies: [Topology] = []
        var promotions: [NodeID] = []
        var requests: [PromotionRequest] = []
        var notices: [ClusterNotice] = []
        var inquiries: [String] = []
        var clients = ClientCounts(connected: 5, held: 0, told: 0, ended: 0)
        /// What hooks say: who is preferred, then one answer a question; afterwards nobody objects.
        var preference: [NodeID] = []
        var approvals: [NodeID] = []
        var vetoes: [Consent] = []
        var fencing: [FencingOutcome] = []
        /// nil: no hook has a say.
        var downVetoes: [Consent]?
        var downQuestions: [NodeID] = []
        /// What the next `promote` calls answer before one works.
        var problems: [PromotionFailure] = []
        /// Called with each topology that is handed down.
        var onApply: (@Sendable (Topology) -> Void)?
        /// Set to hold every `promote` until the coordinator is cancelled.
        var hangsInHook = false
    }

    let script = Mutex(Script())

    func apply(_ topology: Topology) async {
        let onApply = script.withLock { script in
            script.topologies.append(topology)
            return script.onApply
        }
        onApply?(topology)
    }

    func observe(_ node: Node) async -> Election.Answer {
        script.withLock { $0.servers[node.id].map(Election.Answer.success) ?? .failure(NodeSilence("refuses connections")) }
    }

    func clients() async -> ClientCounts { script.withLock { $0.clients } }

    func divergedLog(of node: Node, on timeline: Timeline, from start: LogSequenceNumber) async -> Result<DivergedLog, NodeSilence> {
        script.withLock { script in
            script.inquiries.append("\(node.name) \(timeline) \(start.bytes)")
            return DivergedLog(summary: "end 0/\(String(start.bytes + 16, radix: 16, uppercase: true))\ntransactions 1\nfirst now\nlast now\n").map { .success($0) } ?? .failure(NodeSilence("is no summary"))
        }
    }

    func seal(_ node: Node, in epoch: Epoch) async -> Seal {
        script.withLock { script in
            guard let server = script.servers[node.id] else { return .pending(reason: "refuses connections") }
            guard server.role == .standby else { return .pending(reason: "is writable") }
            if server.sealedIn == nil { script.servers[node.id]?.sealedIn = epoch }
            return .sealed
        }
    }

    func unseal(_ node: Node, sealedIn sealed: Epoch, in epoch: Epoch) async -> String? {
        script.withLock { script in
            if script.servers[node.id]?.sealedIn == sealed { script.servers[node.id]?.sealedIn = nil }
            return script.servers[node.id] == nil ? "refuses connections" : nil
        }
    }

    func setSynchronousNames(_ names: String, of node: Node, in epoch: Epoch) async -> String? {
        script.withLock { $0.servers[node.id]?.synchronousStandbyNames = names }
        return nil
    }

    func promote(_ request: PromotionRequest) async -> Result<Void, PromotionFailure> {
        let hangs = script.withLock { script in
            script.requests.append(request)
            return script.hangsInHook
        }
        while hangs, !Task.isCancelled { await Task.yield() }
        if hangs { return .failure(PromotionFailure("cancelled")) }
        return script.withLock { script in
            if !script.problems.isEmpty { return .failure(script.problems.removeFirst()) }
            guard let server = script.servers[request.candidate.id] else { return .failure(PromotionFailure("refuses connections")) }
            if server.role == .standby {
                script.promotions.append(request.candidate.id)
                script.servers[request.candidate.id] = observation(.primary, wal: server.walEnd.bytes, timeline: server.timeline.number + 1,
                                                                          synchronous: server.synchronousStandbyNames)
            }
            return .success(())
        }
    }

    func chooseCandidate(_ request: PromotionRequest, reason: String) async -> [NodeID] { script.withLock { $0.preference } }

    func approveFailover(_ request: PromotionRequest) async -> Consent {
        script.withLock { script in
            script.approvals.append(request.candidate.id)
            return script.vetoes.isEmpty ? .granted : script.vetoes.removeFirst()
        }
    }

    func fencePrimary(_ request: PromotionRequest) async -> FencingOutcome { script.withLock { $0.fencing.isEmpty ? .nobody : $0.fencing.removeFirst() } }

    func asksBeforeNodeDown() async -> Bool { script.withLock { $0.downVetoes != nil } }

    func approveNodeDown(_ node: Node, reason: String, downFor: Duration, in snapshot: ClusterSnapshot) async -> Consent {
        script.withLock { script in
            script.downQuestions.append(node.id)
            return script.downVetoes?.isEmpty == false ? script.downVetoes?.removeFirst() ?? .granted : .granted
        }
    }

    func wasTold(_ event: String) async -> Bool { script.withLock { $0.notices.contains { $0.event == event } } }

    func tell(_ notice: ClusterNotice, in snapshot: ClusterSnapshot) async { script.withLock { $0.notices.append(notice) } }

    var lastGate: Topology.Gate? { script.withLock { $0.topologies.last?.gate } }
    var promotions: [NodeID] { script.withLock { $0.promotions } }
}
