import ClusterModel

/// A PostgreSQL server as far as failovers go: a log with timelines on its disk, a process that can die, freeze and be promoted.
///
/// What is on disk survives a crash; everything else begins anew. Streaming is in `Server+Streaming`, what it does for others in
/// `Server+Requests`.
final class Server {
    /// One piece of WAL; `write` is the client's, nil where the server wrote for itself.
    struct Record: Equatable {
        let timeline: Int
        let write: Int?
    }

    enum Process { case stopped, starting, running }

    /// The connection to the server that WAL comes from.
    struct Receiver {
        let number: Int
        let source: NodeID
    }

    /// The other end of a receiver.
    struct Sender {
        let number: Int
        var sent: Int
        var flushed: Int
        /// WAL arrives in order.
        var lastArrival: Int
    }

    /// A commit that standbys have not confirmed yet.
    struct Waiting {
        let position: Int
        let answer: (CommitAnswer) -> Void
    }

    enum CommitAnswer { case done(isSynchronous: Bool), readOnly }

    let id: NodeID
    unowned let world: World

    // On disk.
    var wal: [Record] = []
    var isStandby: Bool
    /// Whom primary_conninfo names.
    var following: NodeID?
    /// primary_conninfo leads nowhere since this epoch's failover.
    var sealedIn: Epoch?
    var synchronous: SynchronousNames

    // In memory.
    var process = Process.stopped
    var isFrozen = false
    /// Rises with each start and end: what was meant for an earlier process finds nobody.
    var incarnation = 0
    /// What waits for a frozen process.
    var held: [() -> Void] = []
    var replayed = 0
    var isReplaying = false
    var isReplaySlow = false, isFar = false
    /// Whether WAL was streamed since the start: until then a standby reports only what it has replayed.
    var hasStreamed = false
    var receiver: Receiver?
    /// By node; nil where none is connected.
    var senders: [Sender?]
    /// Whom the startup process follows: `following`, as of the last reload that it has seen.
    var source: NodeID?
    var isReloadPending = false, isRetryPending = false
    var isPromoting = false
    var waiting: [Waiting] = []

    init(_ id: NodeID, in world: World, nodes: Int, isStandby: Bool, following: NodeID?, synchronous: SynchronousNames) {
        self.id = id
        self.world = world
        self.isStandby = isStandby
        self.following = following
        self.synchronous = synchronous
        senders = Array(repeating: nil, count: nodes)
    }

    /// A promotion writes the first record of the new one.
    var timeline: Int { wal.last?.timeline ?? 1 }

    /// Whether it takes writes.
    var isWritable: Bool { process == .running && !isStandby }

    // MARK: Life

    func start() {
        guard process == .stopped else { return }
        process = .starting
        incarnation += 1
        let mine = incarnation
        world.after(world.random(30_000...300_000)) { [self] in
            guard incarnation == mine else { return }
            process = .running
            source = sealedIn == nil ? following : nil
            replayed = isStandby ? max(0, wal.count - world.random(0...25)) : wal.count
            if isStandby { replay() }
            world.note("\(self) runs as \(isStandby ? "a standby" : "a primary") on timeline \(timeline) at \(wal.count)")
        }
    }

    /// SIGKILL: what was on its way over the network still arrives.
    func crash() {
        guard process != .stopped else { return }
        world.note("\(self) is killed at \(wal.count)")
        process = .stopped
        incarnation += 1
        isFrozen = false
        held = []
        waiting = []
        isPromoting = false
        isReplaying = false
        isReloadPending = false
        isRetryPending = false
        hasStreamed = false
        dropReceiver()
        for (number, sender) in senders.enumerated() {
            guard let sender else { continue }
            world.at(max(sender.lastArrival, world.now + world.latency())) { [self] in world.servers[number].sourceIsGone(sender.number) }
        }
        senders = senders.map { _ in nil }
        world.connectionsBroke(self)
    }

    func freeze() {
        guard process == .running, !isFrozen else { return }
        world.note("\(self) is frozen")
        isFrozen = true
    }

    func thaw() {
        guard isFrozen else { return }
        world.note("\(self) is thawed")
        isFrozen = false
        let work = held
        held = []
        for act in work { act() }
        connect()
    }

    /// Runs `work` in the process it is meant for, when that one is not frozen.
    func handle(_ work: @escaping () -> Void) {
        let mine = incarnation
        let guarded = { [self] in if incarnation == mine { work() } }
        if isFrozen { held.append(guarded) } else { guarded() }
    }

    // MARK: Recovery

    /// Replays what is on disk, a little at a time; then the startup process has time for other things.
    func replay() {
        guard process == .running, isStandby, !isReplaying else { return }
        guard replayed < wal.count else { return atEndOfWAL() }
        isReplaying = true
        let mine = incarnation
        world.after(isReplaySlow ? world.random(20_000...60_000) : world.random(100...1500)) { [self] in
            guard incarnation == mine else { return }
            handle { [self] in
                isReplaying = false
                replayed = min(wal.count, replayed + (isReplaySlow ? 1 : 20))
                replay()
            }
        }
    }

    private func atEndOfWAL() {
        if isPromoting { return becomePrimary() }
        if isReloadPending { adoptSource() }
        connect()
    }

    private func becomePrimary() {
        isPromoting = false
        isStandby = false
        dropReceiver()
        world.note("\(self) is promoted to timeline \(timeline + 1) at \(wal.count)")
        append(nil, on: timeline + 1)
    }

    /// pg_promote: takes effect when all WAL is replayed.
    func promote() {
        guard process == .running, isStandby, !isPromoting else { return }
        isPromoting = true
        let mine = incarnation
        world.after(world.random(10_000...40_000)) { [self] in
            guard incarnation == mine, isPromoting else { return }
            handle { [self] in if !isReplaying { replay() } }
        }
    }

    /// A base backup of `other` takes the place of what was here.
    func rebuild(from other: Server) {
        crash()
        world.note("\(self) is rebuilt from \(other) at \(other.wal.count)")
        wal = other.wal
        becomeStandby(of: other)
    }

    /// standby.signal, another primary_conninfo and a start, whatever is on the disk.
    func becomeStandby(of other: Server) {
        crash()
        isStandby = true
        follow(other)
        start()
    }

    /// ALTER SYSTEM SET primary_conninfo and a reload: what was there before, a seal too, is gone.
    func follow(_ other: Server) {
        following = other.id
        sealedIn = nil
        reload()
    }

    /// Whether `other`'s history begins with all that is here.
    func isContained(in other: Server) -> Bool { wal.count <= other.wal.count && other.wal.prefix(wal.count).elementsEqual(wal) }

    // MARK: WAL

    func append(_ write: Int?, on timeline: Int? = nil) {
        wal.append(Record(timeline: timeline ?? self.timeline, write: write))
        replayed = wal.count
        feedAll()
    }
}

extension Server: CustomStringConvertible {
    var description: String { "node\(id)" }
}
