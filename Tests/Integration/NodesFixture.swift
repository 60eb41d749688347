import ClusterModel
import Foundation
import HealthTracking
import NodeConnections
import NodeControl
import Playground
import Probing
import Reactor
import Testing

/// A playground without a daemon, and the control side's own parts to reach its nodes.
struct NodesFixture {
    let cluster: PlaygroundCluster
    let waiter: DescriptorWaiter
    private let resolver = HostResolver(refresh: .seconds(60))
    private let password: String
    let monitorPassword: String

    init(_ cluster: PlaygroundCluster) throws {
        self.cluster = cluster
        waiter = try DescriptorWaiter()
        let lines = try String(contentsOfFile: cluster.passfile, encoding: .utf8).split(separator: "\n").map { $0.split(separator: ":").map(String.init) }
        password = try #require(lines.first { $0[3] == "understudy" }?[4])
        monitorPassword = try #require(lines.first { $0[3] == "monitor" }?[4])
    }

    /// As probes and hooks that only look log in.
    func reader(_ id: Int) -> NodeChannel { channel(id, user: "monitor", password: monitorPassword) }

    func channel(_ id: Int, user: String = "understudy", password: String? = nil, database: String = "postgres") -> NodeChannel {
        let port = cluster.description.nodes[id].port
        let target = ConnectionTarget(host: "127.0.0.1", port: port, user: user, password: Password(password ?? self.password), database: database, connectTimeout: .seconds(1))
        return NodeChannel(target, waiter: waiter, resolver: resolver)
    }

    func observer(_ id: Int, user: String = "understudy", password: String? = nil, database: String = "postgres", timeout: Duration = .seconds(2)) -> NodeObserver {
        NodeObserver(channel: channel(id, user: user, password: password, database: database), timeout: timeout)
    }

    func hands(_ id: Int, user: String = "understudy", password: String? = nil, inForce epoch: Epoch = Epoch(1)) -> NodeHands {
        NodeHands(channel: channel(id, user: user, password: password), waiter: waiter, epochs: FixedEpoch(current: epoch))
    }

    func seen(_ id: Int) async throws -> NodeObservation {
        let result = await observer(id).look()
        guard case .answered(let seen, _) = result else { throw PlaygroundSurprise(description: "node \(id) \(result.reason)") }
        return seen
    }

    func sql(_ id: Int, _ statements: String...) throws {
        let client = try cluster.connect(toNode: id)
        for statement in statements { try client.query(statement) }
    }

    func value(_ id: Int, _ statement: String) throws -> String? { try cluster.connect(toNode: id).query(statement).first?.first ?? nil }

    /// Some WAL, acknowledged.
    func write() throws { try sql(0, "CREATE TABLE written AS SELECT generate_series(1, 1000)") }

    /// Re-points a standby.
    func follow(_ id: Int, primary: Int) throws {
        let port = cluster.description.nodes[primary].port
        let conninfo = try #require(try value(id, "SELECT regexp_replace(current_setting('primary_conninfo'), 'port=[0-9]+', 'port=\(port)')"))
        try sql(id, "ALTER SYSTEM SET primary_conninfo = '\(conninfo.replacing("'", with: "''"))'", "ALTER SYSTEM SET primary_slot_name = ''", "SELECT pg_reload_conf()")
    }

    func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
        let deadline = Monotonic.now() + .seconds(20)
        while try await !condition() {
            guard Monotonic.now() < deadline else { throw PlaygroundSurprise(description: "still not so: \(what)") }
            await waiter.sleep(.milliseconds(10))
        }
    }
}

struct FixedEpoch: EpochGuard {
    let current: Epoch
    func check(_ epoch: Epoch) throws(EffectRefused) {
        if epoch != current { throw EffectRefused(decided: epoch, current: current) }
    }
}

struct PlaygroundSurprise: Error, CustomStringConvertible { let description: String }

/// Runs `story` on servers of its own and takes them down afterwards.
func onNodes(standbys: Int = 2, sync: Int = 0, _ story: (NodesFixture) async throws -> Void) async throws {
    var options = PlaygroundCluster.Options(executable: IntegrationTests.executable)
    options.standbys = standbys
    options.sync = sync
    options.startsDaemon = false
    options.directory = NSTemporaryDirectory() + "understudy-nodes-\(UUID().uuidString.prefix(8))"
    let cluster = try PlaygroundCluster.up(options)
    do {
        let fixture = try NodesFixture(cluster)
        try await story(fixture)
        await fixture.waiter.shutDown()
    } catch {
        try cluster.down()
        throw error
    }
    try cluster.down()
}
