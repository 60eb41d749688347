import ClusterModel
import Failover
import Foundation
import Storage
import Synchronization
import Testing
@testable import Coordination

@Suite("What the coordinator asks of hooks, and tells them")
struct HookQuestionsTests {
    @Test("A node that a hook keeps in service is not declared down; asked again it is, and only then")
    func nodeDownVetoed() async throws {
        let stage = Stage()
        defer { stage.clean() }
        stage.hands.script.withLock { $0.downVetoes = [.refused(reason: "maintenance", retry: .seconds(1), wantsNext: false)] }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            life.kill(node2)
            try await life.expect("the veto is recorded") { try await life.kinds().contains("node_down_vetoed") }
            #expect(await life.coordinator.snapshot().nodes[2].service.status == .up)
            try await life.expect("the hook is asked again") { await life.coordinator.snapshot().nodes[2].service.status == .down }
            #expect(stage.hands.script.withLock { $0.downQuestions } == [node2, node2])
        }
    }

    @Test("Vetoes hold a verdict up for max_veto at most")
    func nodeDownOverruled() async throws {
        let stage = Stage(rules: FailoverRules(maxVeto: .seconds(1)))
        defer { stage.clean() }
        stage.hands.script.withLock { $0.downVetoes = [Consent](repeating: .refused(reason: "never", retry: .seconds(1), wantsNext: false), count: 100) }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            #expect(try await life.kinds().contains("veto_overruled"))
        }
    }

    @Test("A node that comes back while hooks are asked stays what it was")
    func nodeBack() async throws {
        let stage = Stage()
        defer { stage.clean() }
        stage.hands.script.withLock { $0.downVetoes = [.refused(reason: "wait", retry: .seconds(1), wantsNext: false)] }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expect("the veto is recorded") { try await life.kinds().contains("node_down_vetoed") }
            stage.hands.script.withLock { $0.servers[node0] = observation(.primary) }
            life.probeAll()
            try await Task.sleep(for: .milliseconds(1300))
            #expect(try await !life.kinds().contains("primary_lost"))
            #expect(stage.hands.lastGate == .open(primary: node0))
        }
    }

    @Test("Hooks choose among those that may be promoted; another is refused and named")
    func chosen() async throws {
        for (preference, primary) in [([node2], node2), ([node0], node1)] {
            let stage = Stage()
            defer { stage.clean() }
            stage.hands.script.withLock { $0.preference = preference }
            try await stage.live { life in
                try await life.losePrimary()
                try await life.expectGate(.open(primary: primary))
                #expect(try await life.kinds().contains("choice_refused") == (primary == node1))
            }
        }
    }

    @Test("A veto that wants another candidate gets one; its hook is asked once a candidate")
    func next() async throws {
        let stage = Stage()
        defer { stage.clean() }
        stage.hands.script.withLock { $0.vetoes = [.refused(reason: "not this one", retry: nil, wantsNext: true)] }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node2))
            #expect(stage.hands.script.withLock { $0.approvals } == [node1, node2])
            #expect(try await life.kinds().contains("failover_vetoed"))
        }
    }

    @Test("During a veto the nodes are looked at and the hooks are not asked; max_veto ends it")
    func patience() async throws {
        let stage = Stage(rules: FailoverRules(maxVeto: .milliseconds(1500)))
        defer { stage.clean() }
        stage.hands.script.withLock { $0.vetoes = [Consent](repeating: .refused(reason: "not yet", retry: .seconds(1), wantsNext: false), count: 100) }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            #expect((2...3).contains(stage.hands.script.withLock { $0.approvals.count }))
            #expect(try await life.kinds().contains("veto_overruled"))
        }
    }

    @Test("Where fencing is required, nothing is promoted without it")
    func fencing() async throws {
        let stage = Stage(rules: FailoverRules(requiresFencing: true, fencingRetry: .milliseconds(500)))
        defer { stage.clean() }
        stage.hands.script.withLock { $0.fencing = [.failed(reason: "no power supply answers"), .fenced] }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expect("the reason is told") { await life.coordinator.snapshot().gateReason.contains("no power supply answers") }
            #expect(stage.hands.promotions.isEmpty)
            try await life.expectGate(.open(primary: node1))
            let kinds = try await life.kinds()
            #expect(kinds.contains("fencing_failed") && kinds.contains("primary_fenced"))
        }
    }

    @Test("Where fencing is not required, hooks fence while the failover goes on")
    func fencingMeanwhile() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            try await life.losePrimary()
            try await life.expectGate(.open(primary: node1))
            #expect(stage.hands.facts.contains("fencing node0 for node1"))
        }
    }

    @Test("Hooks are told of a failover, of nodes that go and come, and of what probes find")
    func told() async throws {
        let stage = Stage()
        defer { stage.clean() }
        try await stage.live { life in
            life.probeAll()
            try await life.expectGate(.open(primary: node0))
            life.kill(node2)
            try await life.expect("node2 is down") { await life.coordinator.snapshot().nodes[2].service.status == .down }
            stage.hands.script.withLock { $0.servers[node2] = observation(.standby, wal: 80) }
            life.probeAll()
            try await life.expect("node2 is up") { await life.coordinator.snapshot().nodes[2].service.status == .up }
            life.kill(node0)
            try await life.expectGate(.open(primary: node1))
            try await life.expect("the end is told") { stage.hands.facts.contains("failover_finished promoted node1 lost 10") }
        }
        let facts = stage.hands.facts
        for fact in ["health up→down node2 1", "standby_lost node2", "node_down node2", "detached node2", "health down→up node2 0", "node_up node2", "attached node2",
                     "node_down node0 primary", "detached node0"] { #expect(facts.contains(fact), "\(fact) in \(facts)") }
    }
}

extension ScriptedHands {
    /// What was told, in words.
    fileprivate var facts: [String] {
        script.withLock { $0.notices }.map { notice in
            switch notice.fact {
            case .healthChanged(let node, let from, let to, _, let failures): "health \(from?.rawValue ?? "")→\(to.rawValue) \(node.name) \(failures)"
            case .nodeDown(let node, let wasPrimary, _): "node_down \(node.name)\(wasPrimary ? " primary" : "")"
            case .nodeUp(let node, _): "node_up \(node.name)"
            case .membership(let node, let change, _, _): "\(change) \(node.name)"
            case .standbyLost(let node): "standby_lost \(node.name)"
            case .fencing(let request): "fencing \(request.lost.name) for \(request.candidate.name)"
            case .failoverFinished(let end): "failover_finished \(end.outcome) \(end.primary?.name ?? "") lost \(end.lostBytes.map(String.init) ?? "")"
            case .falsePrimary(let node, let primary, let timeline): "false_primary \(node.name) \(primary.name) \(timeline)"
            case .alert(let severity, let title, _, _): "alert \(severity.rawValue) \(title)"
            }
        }
    }
}
