import ClusterModel
import Failover
import TestSupport

/// A cluster, its clients and one member, in virtual time: what happens follows from the seed alone.
package final class World {
    /// The member's place in the network; nodes stand at their numbers.
    static let member = -1

    let scenario: Scenario
    let mutation: Mutation?
    private(set) var now = 0
    private var agenda = Agenda()
    private var generator: SeededRandom
    private(set) var servers: [Server] = []
    private(set) var clients: [Client] = []
    private var strangers: [DirectClient] = []
    private(set) var daemon: Daemon?
    private var lives = 0
    let check: Checker
    /// The control log: all that a life of the daemon leaves to the next.
    private(set) var log: [ClusterCommand] = []
    var receivers = 0
    private var writes = 0
    private var cables: [Cable] = []
    private let isTracing: Bool
    /// What happened, a line each; empty unless it was asked for.
    package private(set) var trace: [String] = []

    private init(seed: UInt64, mutation: Mutation?, isTracing: Bool) {
        generator = SeededRandom(seed: seed)
        scenario = Scenario(&generator)
        self.mutation = mutation
        self.isTracing = isTracing
        check = Checker()
        check.world = self
        for number in 0..<scenario.nodes {
            let server = Server(NodeID(number), in: self, nodes: scenario.nodes, isStandby: number > 0, following: number > 0 ? NodeID(0) : nil,
                                synchronous: number == 0 || scenario.isSettingShared ? scenario.synchronous : .none)
            servers.append(server)
            server.start()
        }
        clients = (0..<3).map { _ in Client(in: self) }
        strangers = (0..<2).map { _ in DirectClient(in: self) }
        startDaemon()
        for event in scenario.events { at(event.at) { [self] in inflict(event) } }
        at(Scenario.troubledTime.upperBound + 500_000) { [self] in heal() }
        operate()
    }

    /// What came of a seed.
    package struct Outcome {
        /// The first rule that was broken; nil where none was.
        package let violation: String?
        /// Failovers that were begun, and promotions among them.
        package let failovers: Int, promotions: Int
        /// Writes that a client was told are done.
        package let acknowledged: Int
        package let trace: [String]
    }

    /// Plays a seed to its end, or to the first violation.
    package static func play(seed: UInt64, mutation: Mutation? = nil, isTracing: Bool = false) -> Outcome {
        let world = World(seed: seed, mutation: mutation, isTracing: isTracing)
        world.note("\(world.scenario.nodes) nodes, synchronous_standby_names = '\(world.scenario.synchronous.setting)'\(world.scenario.isSettingShared ? " everywhere" : "")")
        while world.check.violation == nil, let (time, act) = world.agenda.next(before: Scenario.end) {
            world.now = time
            act()
        }
        world.now = max(world.now, Scenario.end)
        world.check.ended()
        defer { world.end() }
        return Outcome(violation: world.check.violation, failovers: world.check.failovers, promotions: world.check.promotions,
                       acknowledged: world.check.acknowledged, trace: world.trace)
    }

    /// What refers to one another here would stay for ever.
    private func end() {
        agenda = Agenda()
        daemon?.end()
        daemon = nil
        clients = []
        strangers = []
        servers = []
    }

    // MARK: Time and chance

    func at(_ time: Int, _ act: @escaping () -> Void) { agenda.add(at: max(time, now), act) }
    func after(_ pause: Int, _ act: @escaping () -> Void) { at(now + pause, act) }
    func random(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
    func oneIn(_ count: Int) -> Bool { count > 0 && generator.oneIn(count) }

    /// One way, between two hosts; seldom slow.
    func latency() -> Int { oneIn(50) ? random(1000...40_000) : random(50...600) }

    /// WAL on its way to a standby that is far away for a time takes longer.
    func latency(to standby: Server) -> Int { standby.isFar ? random(5000...60_000) : latency() }

    func newWrite() -> Int {
        writes += 1
        return writes
    }

    func note(_ words: @autoclosure () -> String) {
        guard isTracing else { return }
        let time = String(now / 1000)
        trace.append(String(repeating: " ", count: max(0, 6 - time.count)) + time + " ms  " + words())
    }

    // MARK: The network

    /// A cable that is cut, and what TCP keeps until it is mended.
    private struct Cable {
        let ends: [Int]
        var kept: [() -> Void] = []
    }

    func isCut(_ a: NodeID, _ b: NodeID) -> Bool { isCut(a.number, b.number) }
    func isCut(_ a: Int, _ b: Int) -> Bool { cable(a, b) != nil }

    private func cable(_ a: Int, _ b: Int) -> Int? { cables.isEmpty ? nil : cables.firstIndex { $0.ends == [min(a, b), max(a, b)] } }

    /// Something arrives over a connection: now, or when the cable is mended, in order.
    func pass(_ a: Int, _ b: Int, _ arrive: @escaping () -> Void) {
        if let index = cable(a, b) { cables[index].kept.append(arrive) } else { arrive() }
    }

    private func cut(_ a: Int, _ b: Int, for time: Int) {
        guard a != b, !isCut(a, b) else { return }
        let ends = [min(a, b), max(a, b)]
        note("the network is cut between \(ends)")
        cables.append(Cable(ends: ends))
        after(time) { [self] in mend(ends) }
    }

    private func mend(_ ends: [Int]) {
        guard let index = cable(ends[0], ends[1]) else { return }
        note("the network is mended between \(ends)")
        let kept = cables.remove(at: index).kept
        for arrive in kept { arrive() }
    }

    func connectionsBroke(_ server: Server) {
        for client in clients { client.connectionBroke(server) }
        for client in strangers { client.connectionBroke(server) }
    }

    // MARK: The member

    func startDaemon() {
        guard daemon == nil else { return }
        lives += 1
        note("the daemon starts")
        daemon = Daemon(in: self, log: log)
    }

    private func killDaemon() {
        guard let daemon else { return }
        note("the daemon is killed")
        daemon.end()
        self.daemon = nil
        for client in clients { client.proxyDied() }
    }

    /// An entry is on disk.
    func persist(_ command: ClusterCommand) {
        log.append(command)
        note("log: \(command)")
        check.logged(command)
    }

    // MARK: Faults

    private func inflict(_ event: Scenario.Event) {
        let server = servers[event.node ?? check.truth.openPrimary?.number ?? event.other]
        check.faults += 1
        switch event.fault {
        case .crash:
            server.crash()
            after(event.lasts) { server.start() }
        case .stop:
            // A shutdown sends its standbys all it has, and takes a while.
            server.feedAll()
            after(random(1000...20_000)) { server.crash() }
            after(event.lasts + 20_000) { server.start() }
        case .freeze:
            server.freeze()
            after(event.lasts) { server.thaw() }
        case .cutFromMember: cut(Self.member, server.id.number, for: event.lasts)
        case .cutBetweenNodes: cut(server.id.number, event.other, for: event.lasts)
        case .killDaemon:
            killDaemon()
            after(event.lasts) { [self] in startDaemon() }
        case .slowReplay:
            note("\(server) replays slowly")
            server.isReplaySlow = true
            after(event.lasts) { server.isReplaySlow = false }
        case .slowNetwork:
            note("WAL takes long to reach \(server)")
            server.isFar = true
            after(event.lasts) { server.isFar = false }
        case .promoteByHand:
            note("somebody promotes \(server)")
            server.promote()
        case .standbyByHand:
            server.crash()
            after(event.lasts) { [self] in
                guard let primary = check.truth.openPrimary, server.id != primary, server.process == .stopped else { return server.start() }
                note("somebody makes \(server) a standby of node\(primary) as it is")
                server.becomeStandby(of: servers[primary.number])
            }
        }
    }

    private func heal() {
        note("everything is set right")
        check.isHealed = true
        for cable in cables { mend(cable.ends) }
        for server in servers {
            server.isReplaySlow = false
            server.isFar = false
            server.thaw()
            server.start()
        }
        startDaemon()
    }

    /// Somebody looks after the cluster: what does not follow the primary is made to, from time to time.
    private func operate() {
        after(random(300_000...900_000)) { [self] in
            if let primary = check.truth.openPrimary.map({ servers[$0.number] }), primary.isWritable, !primary.isFrozen, daemon != nil {
                for server in servers where server !== primary && server.process == .running && !server.isFrozen && (check.isHealed || oneIn(3)) { lookAfter(server, primary) }
            }
            operate()
        }
    }

    private func lookAfter(_ server: Server, _ primary: Server) {
        if !server.isStandby || !server.isContained(in: primary) { return server.rebuild(from: primary) }
        let isSealedForGood = server.sealedIn.map { !check.truth.mayUnseal(sealedIn: $0) } ?? false
        guard server.following != primary.id || isSealedForGood else { return }
        note("\(server) is to follow \(primary)")
        server.follow(primary)
    }
}

/// Sorted: the members of a set come in any order, and a trace is the same each time.
extension SynchronousSet: CustomStringConvertible {
    package var description: String { "\(required) of \(members.sorted())" }
}
