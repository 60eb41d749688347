import ClusterModel
import PostgresWire
import Reactor
import Sessions
import TestSupport
@testable import Proxying

/// A proxy before scripted nodes; the first one is the primary of epoch 1.
struct Stage {
    let proxy: Proxy
    let facts = Log()
    private let nodes: [Node]

    private struct Answers: AdminResponder {
        var version: String { "test" }

        func answer(_ statement: AdminStatement, for asker: AdminAsker, reply: @escaping @Sendable (AdminReply) -> Void) {
            reply(.texts(columns: ["node_id"], rows: [["0"]]))
        }

        func admits(_ user: String) -> Bool { user == "ops" }

        func shape(of text: String, for asker: AdminAsker) -> AdminShape { .table([ResultColumn("asker"), ResultColumn("text")]) }

        func run(_ text: String, for asker: AdminAsker, reply: @escaping @Sendable (AdminReply) -> Void) -> @Sendable () -> Void {
            reply(.texts(columns: ["asker", "text"], rows: [[asker.user, text]]))
            return {}
        }
    }

    init(_ backends: ScriptedBackend..., open: Int? = 0, secrets: any SecretSource = NoSecretSource(), _ change: (inout ProxyConfiguration) -> Void = { _ in }) throws {
        var configuration = ProxyConfiguration()
        configuration.listenAddresses = ["127.0.0.1"]
        configuration.port = 0
        change(&configuration)
        nodes = backends.enumerated().map { Node(id: NodeID($0), name: "node\($0)", host: "127.0.0.1", port: $1.port) }
        let facts = facts
        proxy = try Proxy(configuration, Topology(epoch: Epoch(1), gate: open.map { .open(primary: NodeID($0)) } ?? .closed(reason: "a test"), nodes: nodes),
                          resolver: HostResolver(refresh: .seconds(30)), facts: { facts.add("\($0)") }, admin: Answers(), secrets: secrets, log: { _ in })
    }

    func close(_ epoch: UInt64) async { await proxy.apply(Topology(epoch: Epoch(epoch), gate: .closed(reason: "a test"), nodes: nodes)) }

    func open(_ node: Int, _ epoch: UInt64) async { await proxy.apply(Topology(epoch: Epoch(epoch), gate: .open(primary: NodeID(node)), nodes: nodes)) }

    func frontend() throws -> ScriptedFrontend { try ScriptedFrontend(port: proxy.port ?? 0) }

    /// Waits until something is so; nothing of the proxy can be waited for otherwise. False after twenty seconds.
    func eventually(_ isSo: () async -> Bool) async -> Bool {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if await isSo() { return true }
            await Task.yield()
        }
        return false
    }
}

/// A node that lets everybody in and answers every query by its name and the text.
func echoing() throws -> ScriptedBackend {
    try ScriptedBackend { connection in
        try connection.welcome()
        try connection.answerQueries()
    }
}
