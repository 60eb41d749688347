import ClusterModel
import Failover
import Foundation
import Logging
import Storage
import Synchronization
import Testing
@testable import Coordination

/// A coordinator on a state directory of its own, and the servers it believes to see.
struct Stage {
    let hands = ScriptedHands()
    let directory: String
    private let rules: FailoverRules

    init(rules: FailoverRules = FailoverRules()) {
        self.rules = rules
        directory = NSTemporaryDirectory() + "understudy-stage-\(UUID().uuidString)"
        hands.script.withLock { $0.servers = [node0: observation(.primary), node1: observation(.standby, wal: 90), node2: observation(.standby, wal: 80)] }
    }

    /// What is on disk now, as a daemon that is killed now leaves it, under other hands.
    func copy() throws -> Stage {
        let copy = Stage(rules: rules)
        try FileManager.default.copyItem(atPath: directory, toPath: copy.directory)
        copy.hands.script.withLock { $0.servers = hands.script.withLock(\.servers) }
        return copy
    }

    /// One life of the daemon: runs `story`, then ends the coordinator as a stop would.
    func live(_ story: (Life) async throws -> Void) async throws {
        let store = try StateStore(directory: directory)
        let journal = EventJournal(store: store)
        let inbox = CoordinatorInbox()
        let coordinator = ClusterCoordinator(nodes: threeNodes, hands: hands, log: SingleMemberLog(store: store), journal: journal,
                                             inbox: inbox, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, rules: rules)
        let run = Task { try await coordinator.run() }
        try await story(Life(stage: self, coordinator: coordinator, inbox: inbox, journal: journal))
        inbox.close()
        try await run.value
    }

    func clean() { try? FileManager.default.removeItem(atPath: directory) }
}

struct Life {
    let stage: Stage
    let coordinator: ClusterCoordinator
    let inbox: CoordinatorInbox
    let journal: EventJournal

    /// What probes of all servers would report now.
    func probeAll() {
        for node in threeNodes { inbox.post(report(node.id, stage.hands.script.withLock { $0.servers[node.id] })) }
    }

    func kill(_ node: NodeID) {
        stage.hands.script.withLock { $0.servers[node] = nil }
        inbox.post(report(node, nil))
    }

    /// All servers are well, the service opens on node 0, and then node 0 dies.
    func losePrimary(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        probeAll()
        try await expectGate(.open(primary: node0), sourceLocation: sourceLocation)
        kill(node0)
    }

    /// Waits until the last topology handed down is the expected one.
    func expectGate(_ gate: Topology.Gate, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expect("the gate is \(gate)", sourceLocation) { stage.hands.lastGate == gate }
    }

    func expect(_ what: String, _ sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            guard ContinuousClock.now < deadline else {
                Issue.record("still waiting: \(what); last gate \(String(describing: stage.hands.lastGate))", sourceLocation: sourceLocation)
                return
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    func kinds() async throws -> [String] { try await journal.latest(100).map(\.kind) }
}
