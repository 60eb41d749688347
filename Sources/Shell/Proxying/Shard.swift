internal import ClusterModel
internal import Pooling
internal import PostgresWire
internal import Reactor
internal import Sessions

/// One loop with its frontends and their backends: performs what their sessions say.
///
/// Everything here runs on the loop's thread. Bytes are read into one buffer that all connections share and written at once;
/// only what a socket does not take, or what is no whole message yet, is kept.
final class Shard: EventHandler {
    /// One read; also what a connection may have to keep of it.
    static let readSize = 64 << 10

    let number: Int
    var configuration: ProxyConfiguration
    let shared: ProxyShared
    let reactor: Reactor<Shard>
    var listeners: [Listener]
    var peers: [Mailbox<ShardMessage>] = []

    var topology: Topology { didSet { (epoch, primary) = (topology.epoch, topology.primary?.id) } }
    /// Of the topology, for every statement to look at.
    private(set) var epoch: Epoch, primary: NodeID?
    var addresses: [HostName: [SocketAddress]] = [:]
    var frontends = SlotTable<Frontend>()
    var backends = SlotTable<Backend>()
    var errands = SlotTable<Errand>()
    /// This epoch's pools.
    var pools: [PoolKey: ShardPool] = [:]
    /// Frontends that wait while there is no primary, first come first served; those that left are skipped.
    var stranded: [SlotID] = []
    /// Backends that are to be opened, in this order.
    var wishes: [BackendWish] = []
    var wishesStart = 0
    /// What the daemon logs in to nodes with, by user.
    var secrets: [String: BackendSecret] = [:]
    var library: StatementLibrary
    /// For what nobody may guess.
    var chance = RandomReserve()
    var parameterSets = ParameterSets()
    /// What sessions have asked for that were let in, and what those of this epoch were told.
    var starts: [StartupMessage: SessionStart] = [:], welcomes: [SessionStart: Welcome] = [:]
    /// What is set aside on its way to a backend and to a frontend, so that it goes in one write.
    var requests = MessageWriter(), replies = MessageWriter()
    /// Backends whose node has not answered yet.
    var openings = 0
    /// The primary did not take the last connection: one try at a time until it does.
    var isPrimaryFailing = false
    /// Why, as it was last logged.
    var failure = ""
    var retryAt = Monotonic(nanoseconds: 0)
    var facts = FactLimiter()
    /// Sessions that lost their backend: told so by an error, and ended by it.
    var losses = (told: 0, ended: 0)
    /// What was counted so far.
    var figures = FigureTable()
    /// What administrators have switched.
    var service = ServiceState() { didSet {
        hasPauses = service.hasPauses
        hasMarks = service.hasMarks
    } }
    /// Some statements wait for an administrator.
    private(set) var hasPauses = false
    /// Something is paused or to be reconnected; looked at before anything is looked up.
    private(set) var hasMarks = false
    /// Frontends whose kept messages can be looked at again at the end of the turn.
    var revisits: [SlotID] = []
    /// It is to end.
    var stopping: Stopping?
    /// Its loop runs no more: a connection that another shard dealt to it meanwhile is turned away.
    var hasEnded = false
    /// Given up to say no when there are no more descriptors.
    var spare = Socket.spare()
    /// How often in a row a listener had all the connections that were to be taken.
    var acceptStreak = 0
    /// Which shard gets the next connection.
    var nextShard = 0
    /// Memory that `requests` and `replies` keep.
    static let stageSize = 256 << 10
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Shard.readSize, alignment: 64)

    init(_ number: Int, _ reactor: Reactor<Shard>, _ configuration: ProxyConfiguration, _ shared: ProxyShared, _ topology: Topology,
         _ listeners: [Listener]) {
        self.number = number
        self.reactor = reactor
        self.configuration = configuration
        self.shared = shared
        self.topology = topology
        (epoch, primary) = (topology.epoch, topology.primary?.id)
        self.listeners = listeners
        library = StatementLibrary(shard: number)
        reactor.setTimer(ShardToken.housekeeping.token, at: reactor.now + Self.housekeepingPause)
        for (index, listener) in listeners.enumerated() {
            do { try reactor.add(listener.descriptor, ShardToken.listener(index).token, .readable) } catch {
                shared.note(.warning, "cannot listen on \(listener.address): \(error)")
            }
        }
    }

    deinit {
        readBuffer.deallocate()
        if spare >= 0 { Socket.close(spare) }
    }

    func ready(_ token: Token, _ readiness: Readiness) {
        switch ShardToken(token) {
        case .frontend(let id): if let frontend = frontends[id] { ready(frontend, readiness) }
        case .backend(let id): if let backend = backends[id] { ready(backend, readiness) }
        case .listener(let index): if listeners.indices.contains(index) { accept(listeners[index]) }
        case .errand(let id): if let errand = errands[id] { ready(errand, readiness) }
        case .frontendTimer, .backendTimer, .errandTimer, .retry, .housekeeping: preconditionFailure("a timer's token on a descriptor")
        }
    }

    func timerFired(_ token: Token) {
        switch ShardToken(token) {
        case .frontendTimer(let id): if let frontend = frontends[id] { deadlinePassed(frontend) }
        case .backendTimer(let id): if let backend = backends[id] { deadlinePassed(backend) }
        case .errandTimer(let id): if let errand = errands[id] { finish(errand, isDelivered: false) }
        case .retry: openNext()
        case .housekeeping: keepHouse()
        case .frontend, .backend, .errand, .listener: preconditionFailure("a descriptor's token on a timer")
        }
    }

    func received(_ message: ShardMessage) {
        switch message {
        case .meet(let shards): peers = shards
        case .take(let descriptor): take(descriptor)
        case .adopt(let topology, let receipt):
            adopt(topology)
            receipt.sign()
        case .configure(let new, let receipt):
            configure(new)
            receipt.sign()
        case .addresses(let found):
            addresses = found
            openNext()
        case .cancel(let place, let key, let origin): cancel(place, key, origin)
        case .cancelDone(let id): if let frontend = frontends[id] { close(frontend) }
        case .lend(let key, let other): lend(key, to: other)
        case .given(let moved): receive(moved)
        case .adminReply(let id, let reply): if let frontend = frontends[id] { administered(frontend, reply) }
        case .found(let id, let answer): if let frontend = frontends[id] { found(frontend, answer) }
        case .judged(let id, let judgement): if let frontend = frontends[id] { judged(frontend, judgement) }
        case .keysReady(let id): if let frontend = frontends[id], frontend.stage == .awaitingVerdict { beginLogin(frontend) }
        case .backendKeysReady(let id): if let backend = backends[id] { continueLogin(backend) }
        case .count(let report): report(statistics())
        case .report(let parts, let reply): reply(report(parts))
        case .frontends(let place, let reply): reply(frontendReports(from: place))
        case .backends(let place, let reply): reply(backendReports(from: place))
        case .perform(let operation, let reply): reply(perform(operation))
        case .countBackends(let database, let stale, let reply): reply(backendCount(of: database, stale: stale))
        case .makeRoom(let key): makeRoom(like: key)
        case .stop(let mode, let receipt): stop(mode, receipt)
        }
    }

    func turnEnded() {
        var index = 0
        while index < revisits.count {
            if let frontend = frontends[revisits[index]] {
                frontend.isRevisited = false
                takeKept(frontend)
            }
            index += 1
        }
        revisits.removeAll(keepingCapacity: true)
        if isWindingUp { continueStopping() }
    }

    /// Has the kept messages of a frontend looked at once this turn's events are through.
    func revisit(_ frontend: Frontend) {
        if frontend.isRevisited { return }
        frontend.isRevisited = true
        revisits.append(frontend.id)
    }

    func say(_ fact: ProxyFact) {
        if facts.mayBeSaid(fact, now: reactor.now) { shared.facts(fact) }
    }

    private func statistics() -> ProxyStatistics {
        var count = ProxyStatistics()
        (count.told, count.ended) = (losses.told, losses.ended)
        count.frontends = frontends.count
        count.held = frontends.all.count { $0.stage == .held }
        for backend in backends.all { count.backends[backend.node, default: 0] += 1 }
        return count
    }
}
