import ClusterModel
import Failover

/// Watches the world from outside and knows the truth: what the log says, what is on every disk, what every client was told.
///
/// The numbers are those of the invariants in the design.
final class Checker {
    unowned var world: World!
    /// The first rule that was broken.
    private(set) var violation: String?
    /// The state that the log on disk makes.
    private(set) var truth = ClusterState()
    private(set) var failovers = 0, promotions = 0, acknowledged = 0
    var faults = 0
    var isHealed = false
    private var acknowledgedSinceHealed = 0
    /// Writes that standbys have confirmed and clients were told of.
    private var promised: Set<Int> = []
    private var candidates: [Epoch: NodeID] = [:], primaries: [Epoch: NodeID] = [:]
    /// The newest epoch whose gate was opened, and for whom.
    private var opened: (epoch: Epoch, primary: NodeID)?
    /// Who opened each timeline, by the log.
    private var reigns: [Timeline: NodeID] = [:]
    /// Nodes that the member takes to be sealed, while nobody is open.
    private var sealed: Set<NodeID> = []
    /// Gate epochs that are open now: with one member at most one.
    private var openGate: Epoch?

    private func require(_ holds: Bool, _ words: @autoclosure () -> String) {
        guard !holds, violation == nil else { return }
        violation = words()
        world.note("VIOLATION: \(words())")
    }

    // MARK: The log

    func logged(_ command: ClusterCommand) {
        let before = truth
        do { try truth.apply(command) } catch { return }
        require(truth.epoch >= before.epoch, "I6: the epoch fell from \(before.epoch) to \(truth.epoch)")
        switch command {
        case .declareLost: failovers += 1
        case .promote(let candidate, let epoch):
            require(candidates[epoch] == nil, "I6: two candidates in epoch \(epoch)")
            let server = world.servers[candidate.number]
            require(truth.timeline == Timeline(1) || server.wal.contains { Timeline(UInt32($0.timeline)) == truth.timeline },
                    "I8: \(server) is to be promoted, and its history does not reach the primary's timeline \(truth.timeline.map(\.description) ?? "")")
            candidates[epoch] = candidate
        case .primaryIs(let primary, let epoch, let timeline):
            promotions += 1
            sealed = []
            reigns[timeline] = primary
            require(candidates[epoch] == primary, "I7: node\(primary) opens in epoch \(epoch), whose candidate is another")
            require(primaries.updateValue(primary, forKey: epoch) == nil, "I6: two primaries in epoch \(epoch)")
        case .adopt(let primary, _, let timeline):
            reigns[timeline] = primary
            primaries[truth.epoch] = primary
        case .reopen(let primary, _):
            sealed = []
            require(primaries.updateValue(primary, forKey: truth.epoch) == nil, "I6: two primaries in epoch \(truth.epoch)")
        case .passOver, .acceptLoss, .setStatus, .setSynchronousSet, .hold, .release, .setMaintenance, .adoptPromoted: break
        }
    }

    // MARK: The gate

    func gateOpened(for primary: NodeID, _ epoch: Epoch) {
        require(openGate == nil || openGate == epoch, "I1: the gates of two epochs are open")
        require(truth.epoch == epoch && truth.openPrimary == primary, "I2: the gate opens for node\(primary) in epoch \(epoch), and the log does not say so")
        require(opened.map { epoch >= $0.epoch } ?? true, "I6: epoch \(epoch) opens after epoch \(opened?.epoch ?? epoch)")
        openGate = epoch
        opened = (epoch, primary)
        let server = world.servers[primary.number]
        let held = Set(server.wal.compactMap(\.write))
        for write in promised.subtracting(held).sorted().prefix(1) {
            require(false, "I4: write \(write) was acknowledged, and \(server) opens in epoch \(epoch) without it")
        }
    }

    func gateClosed() { openGate = nil }

    // MARK: Clients

    func routed(to node: NodeID, _ epoch: Epoch) {
        require(opened?.epoch == epoch && opened?.primary == node, "I11: a write goes to node\(node) in epoch \(epoch), and it was not opened")
    }

    func acknowledged(_ write: Int, by node: NodeID, in epoch: Epoch, isSynchronous: Bool) {
        acknowledged += 1
        if isHealed { acknowledgedSinceHealed += 1 }
        require(opened?.epoch == epoch, "I3: write \(write) of epoch \(epoch) is acknowledged by node\(node) after epoch \(opened?.epoch ?? epoch) opened")
        if isSynchronous { promise(write) }
    }

    /// A client that bypasses the proxy. Its word counts where the server is one that the log once opened, on the timeline of that time, and standbys
    /// have confirmed the write.
    func acknowledgedDirectly(_ write: Int, by server: Server, isSynchronous: Bool) {
        if isSynchronous, reigns[Timeline(UInt32(server.timeline))] == server.id { promise(write) }
    }

    private func promise(_ write: Int) {
        promised.insert(write)
        guard let primary = truth.openPrimary else { return }
        require(world.servers[primary.number].wal.contains { $0.write == write }, "I4: write \(write) is acknowledged, and the primary, node\(primary), does not have it")
    }

    // MARK: Servers

    /// The member asks a node to promote itself.
    func promotionRequested(of node: NodeID, in epoch: Epoch) {
        let isRecorded = if case .promoting(node, _) = truth.phase { truth.epoch == epoch } else { false }
        // The answer to one that is over may be late: then it is open already.
        require(isRecorded || primaries[epoch] == node && truth.epoch == epoch, "I7: node\(node) is asked to promote for epoch \(epoch), and the log does not say so")
    }

    /// The member was told that a node is sealed, or acts as if.
    func tookForSealed(_ node: NodeID) { if truth.loss != nil { sealed.insert(node) } }

    func flushed(_ standby: Server, from source: Server) {
        require(!sealed.contains(standby.id), "I10: \(standby) is sealed, and receives WAL from \(source)")
    }

    // MARK: The end

    func ended() {
        guard violation == nil else { return }
        for server in world.servers { world.note("\(server): \(server.process), \(server.isStandby ? "standby" : "primary") on \(server.timeline) at \(server.wal.count), follows \(server.following.map(\.description) ?? "nobody")\(server.isFrozen ? ", frozen" : "")\(server.receiver == nil ? "" : ", streams"), \(server.waiting.count) wait") }
        require(world.daemon?.gate != nil, "liveness: everything was set right, and no node is open: \(world.daemon?.words ?? "no daemon")")
        require(acknowledgedSinceHealed > 0, "liveness: everything was set right, and no write is acknowledged")
        require(failovers <= faults + 1, "liveness: \(failovers) failovers for \(faults) faults")
    }
}
