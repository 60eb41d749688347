import ClusterModel
import Foundation
import NodeControl
import Playground
import Reactor
import Testing

/// Standbys cut off from their WAL, on real servers.
extension IntegrationTests {
    @Suite("Seal")
    struct SealTests {
        private static let receivers = "SELECT count(*) FROM pg_stat_wal_receiver"
        private static let conninfo = "SELECT current_setting('primary_conninfo')"
        private static let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

        @Test("A sealed standby confirms no commit, also after a restart, until it is unsealed; then its connection is what it was")
        func sealed() async throws {
            try await onNodes(standbys: 1, sync: 1) { nodes in
                try nodes.write()
                let before = try nodes.value(1, Self.conninfo)
                for _ in 0..<2 { #expect(await nodes.hands(1).seal(in: Epoch(1), within: .seconds(5)) == .sealed) }
                #expect(try nodes.value(1, Self.receivers) == "0")
                #expect(try await nodes.seen(1).sealedIn == Epoch(1))
                let end = try await nodes.seen(1).walEnd
                let commit = Task.detached { try nodes.sql(0, "CREATE TABLE later (id int)") }
                try await nodes.eventually("the commit waits") { try nodes.value(0, Self.waiting) == "1" }
                try nodes.cluster.killNode(1)
                try nodes.cluster.startNode(1)
                try await Task.sleep(for: .seconds(1))
                #expect(try nodes.value(1, Self.receivers) == "0")
                #expect(try nodes.value(0, Self.waiting) == "1")
                #expect(try await nodes.seen(1).walEnd == end)
                #expect(await nodes.hands(1).seal(in: Epoch(1), within: .seconds(5)) == .sealed, "restarted, it knows its end")
                try await nodes.hands(1).unseal(sealedIn: Epoch(7), in: Epoch(1))
                #expect(try await nodes.seen(1).sealedIn == Epoch(1), "another epoch's seal is left alone")
                try await nodes.hands(1).unseal(sealedIn: Epoch(1), in: Epoch(1))
                try await nodes.eventually("the standby has what waited") { try nodes.value(1, "SELECT count(*) FROM pg_class WHERE relname = 'later'") == "1" }
                try await commit.value
                #expect(try nodes.value(1, Self.conninfo) == before)
            }
        }

        @Test("Nothing is sealed for an epoch that is over, by a role that may not, or where nobody follows")
        func refused() async throws {
            try await onNodes(standbys: 1) { nodes in
                try nodes.sql(0, "CREATE ROLE weak LOGIN PASSWORD 'w'", "GRANT pg_monitor TO weak")
                try await nodes.eventually("the role is on the standby") { try nodes.value(1, "SELECT count(*) FROM pg_roles WHERE rolname = 'weak'") == "1" }
                guard case .pending(let late) = await nodes.hands(1, inForce: Epoch(2)).seal(in: Epoch(1), within: .seconds(1)),
                      case .impossible(let denied) = await nodes.hands(1, user: "weak", password: "w").seal(in: Epoch(1), within: .seconds(1)) else {
                    Issue.record("sealed all the same")
                    return
                }
                #expect(late.contains("epoch 1, it is 2 now") && denied.contains("by role weak"))
                #expect(await nodes.hands(0).seal(in: Epoch(1), within: .seconds(1)) == .pending(reason: "is writable"))
                #expect(try await nodes.seen(1).sealedIn == nil)
                #expect(try nodes.value(1, Self.receivers) == "1")
            }
        }

        @Test("After a failover the new primary is not sealed any more, the other standby is, and follows when it is told whom")
        func followed() async throws {
            try await onDaemon { nodes in
                try nodes.cluster.connect().query("CREATE TABLE t (id int)")
                try nodes.cluster.killNode(0)
                try nodes.cluster.connect().query("INSERT INTO t VALUES (1)")
                try await nodes.eventually("node1's seal is gone") { try await nodes.seen(1).sealedIn == nil }
                #expect(try await nodes.seen(2).sealedIn == Epoch(2))
                let original = try #require(SealedConninfo(try nodes.value(2, Self.conninfo) ?? "")?.original)
                try nodes.sql(1, "SELECT pg_create_physical_replication_slot('node2')")
                let port = nodes.cluster.description.nodes[1].port
                try await nodes.hands(2).set("primary_conninfo", original.replacing(#/port=[0-9]+/#, with: "port=\(port)"), in: Epoch(1))
                try await nodes.eventually("node2 follows node1") { try nodes.value(1, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1" }
                #expect(try await nodes.seen(2).sealedIn == nil)
            }
        }

        @Test("A primary that comes back before anybody was promoted gets its standbys back, the daemon killed in between or not", arguments: [false, true])
        func reopened(isKilled: Bool) async throws {
            try await onDaemon { nodes in
                try nodes.cluster.killNode(1)
                try nodes.cluster.killNode(0)
                try await nodes.eventually("node2 is sealed") { try await nodes.seen(2).sealedIn != nil }
                if isKilled { try nodes.cluster.stopDaemon(signal: SIGKILL) }
                try nodes.cluster.startNode(0)
                if isKilled { try nodes.cluster.startDaemon() }
                try await nodes.eventually("node2 follows node0 again") { try nodes.value(0, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "1" }
                try nodes.cluster.startNode(1)
                try await nodes.eventually("node1 follows too, sealed or not") { try nodes.value(0, "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == "2" }
                try nodes.cluster.connect().query("CREATE TABLE t (id int)")
            }
        }
    }
}

/// A cluster with a synchronous standby and its daemon, and the control side's own parts beside it.
private func onDaemon(_ story: (NodesFixture) async throws -> Void) async throws {
    var options = PlaygroundCluster.Options(executable: IntegrationTests.executable)
    options.standbys = 2
    options.sync = 1
    options.directory = NSTemporaryDirectory() + "understudy-seal-\(UUID().uuidString.prefix(8))"
    let cluster = try PlaygroundCluster.up(options)
    do {
        let nodes = try NodesFixture(cluster)
        try await story(nodes)
        await nodes.waiter.shutDown()
    } catch {
        try cluster.down()
        throw error
    }
    try cluster.down()
}
