package import ClusterModel

/// What the members agree on: who is primary, in which epoch, and which nodes are in service.
///
/// Pure: the same commands in the same order give the same state on every member. A command that no longer fits
/// (an old epoch, a wrong phase) changes nothing and is refused with a reason.
package struct ClusterState: Hashable, Sendable {
    /// Where the cluster stands.
    package enum Phase: Hashable, Sendable {
        /// No primary was ever named. To `open` by `adopt`.
        case unformed
        /// `primary` takes writes. To `closed` by `declareLost`.
        case open(primary: NodeID)
        /// The primary is lost and nothing is promoted yet. To `promoting` by `promote`, to `open` by `reopen`.
        case closed(Loss)
        /// `candidate` is being promoted. To `open` by `primaryIs`, back to `closed` by `passOver`.
        case promoting(candidate: NodeID, Loss)
    }

    /// The loss a failover answers to.
    package struct Loss: Hashable, Sendable {
        package var primary: NodeID
        package var reason: String
        /// The failover's event id, the same through every restart and candidate.
        package var event: String
        /// Candidates that could not be promoted; tried again when nobody else is left.
        package var passedOver: Set<NodeID> = []
        /// Whether a person said that acknowledged commits may be lost.
        package var isLossAccepted = false
    }

    /// A node's service record.
    package struct Service: Hashable, Sendable {
        package var status: NodeStatus
        /// Why it is not up; empty when it is.
        package var reason: String
    }

    /// Why a command changed nothing.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
        init(_ description: String) { self.description = description }
    }

    package private(set) var epoch = Epoch.zero
    package private(set) var phase = Phase.unformed
    /// The cluster's own; nil until a primary was named.
    package private(set) var systemIdentifier: SystemIdentifier?
    /// The timeline of the last primary that was open; nil until a primary was named.
    package private(set) var timeline: Timeline?
    package private(set) var synchronousSet = SynchronousSet.none
    /// Since which epoch the last primary has been one: being lost and opened again does not change it.
    private var tenure = Epoch.zero
    /// While it is on, nothing is done automatically.
    package private(set) var isInMaintenance = false
    /// What the probes say, whoever keeps a node out of service.
    private var services: [NodeID: Service] = [:]
    private var holds: [NodeID: Hold] = [:]

    package init() {}

    /// Whether a node is in service: its probes must be content, and nobody may keep it out.
    package func service(of node: NodeID) -> Service {
        let health = health(of: node)
        guard let hold = holds[node] else { return health }
        return Service(status: .down, reason: health.reason.isEmpty ? hold.words : "\(hold.words); it \(health.reason)")
    }

    /// What the probes of a node say. A node nobody has spoken of is waiting.
    package func health(of node: NodeID) -> Service { services[node] ?? Service(status: .waiting, reason: "") }

    /// Who keeps a node out of service; nil when nobody does.
    package func hold(of node: NodeID) -> Hold? { holds[node] }

    /// The node that takes writes now; nil while the gate is closed.
    package var openPrimary: NodeID? {
        guard case .open(let primary) = phase else { return nil }
        return primary
    }

    /// The loss being answered; nil while there is none.
    package var loss: Loss? {
        switch phase {
        case .unformed, .open: nil
        case .closed(let loss), .promoting(_, let loss): loss
        }
    }

    /// Whether a node that was sealed in `epoch` may go back to where its WAL came from: to the primary that is open again, and to no other.
    package func mayUnseal(sealedIn epoch: Epoch) -> Bool { openPrimary != nil && epoch > tenure }

    /// Applies one committed command.
    package mutating func apply(_ command: ClusterCommand) throws(Refusal) {
        switch command {
        case .adopt(let primary, let identifier, let timeline): try adopt(primary, identifier, timeline)
        case .declareLost(let primary, let epoch, let reason, let event): try declareLost(primary, epoch, reason, event)
        case .promote(let candidate, let epoch): try promote(candidate, epoch)
        case .passOver(let candidate, let epoch, let reason): try passOver(candidate, epoch, reason)
        case .primaryIs(let primary, let epoch, let timeline): try primaryIs(primary, epoch, timeline)
        case .reopen(let primary, let epoch): try reopen(primary, epoch)
        case .acceptLoss(let epoch, _): try acceptLoss(epoch)
        case .setStatus(let node, let status, let reason): services[node] = Service(status: status, reason: reason)
        case .setSynchronousSet(let set, let epoch):
            try require(epoch, "the synchronous set")
            synchronousSet = set
        case .hold(let node, let hold): holds[node] = hold
        case .release(let node): holds[node] = nil
        case .setMaintenance(let isOn): isInMaintenance = isOn
        case .adoptPromoted(let primary, let epoch, let timeline): try adoptPromoted(primary, epoch, timeline)
        }
    }

    private mutating func adopt(_ primary: NodeID, _ identifier: SystemIdentifier, _ timeline: Timeline) throws(Refusal) {
        guard phase == .unformed else { throw Refusal("node \(primary) cannot be adopted: the cluster already has a history (epoch \(epoch))") }
        systemIdentifier = identifier
        open(primary, timeline)
        epoch = epoch.next
        tenure = epoch
    }

    private mutating func declareLost(_ primary: NodeID, _ epoch: Epoch, _ reason: String, _ event: String) throws(Refusal) {
        try require(epoch, "the loss of node \(primary)")
        guard phase == .open(primary: primary) else { throw Refusal("node \(primary) is not the open primary") }
        services[primary] = Service(status: .down, reason: reason)
        phase = .closed(Loss(primary: primary, reason: reason, event: event))
        self.epoch = epoch.next
    }

    private mutating func promote(_ candidate: NodeID, _ epoch: Epoch) throws(Refusal) {
        try require(epoch, "the promotion of node \(candidate)")
        guard case .closed(let loss) = phase else { throw Refusal("nothing is to be promoted in epoch \(epoch)") }
        guard candidate != loss.primary else { throw Refusal("node \(candidate) is the primary that was lost") }
        phase = .promoting(candidate: candidate, loss)
    }

    private mutating func passOver(_ candidate: NodeID, _ epoch: Epoch, _ reason: String) throws(Refusal) {
        try require(epoch, "passing over node \(candidate)")
        guard case .promoting(candidate, var loss) = phase else { throw Refusal("node \(candidate) is not being promoted") }
        services[candidate] = Service(status: .down, reason: reason)
        loss.passedOver.insert(candidate)
        phase = .closed(loss)
        self.epoch = epoch.next
    }

    private mutating func primaryIs(_ primary: NodeID, _ epoch: Epoch, _ timeline: Timeline) throws(Refusal) {
        try require(epoch, "opening node \(primary)")
        guard case .promoting(primary, _) = phase else { throw Refusal("node \(primary) is not the candidate of epoch \(epoch)") }
        open(primary, timeline)
        synchronousSet = .none
        tenure = epoch
    }

    private mutating func acceptLoss(_ epoch: Epoch) throws(Refusal) {
        try require(epoch, "accepting a loss")
        guard case .closed(var loss) = phase, !loss.isLossAccepted else { throw Refusal("no failover waits for anybody to accept a loss") }
        loss.isLossAccepted = true
        phase = .closed(loss)
    }

    private mutating func reopen(_ primary: NodeID, _ epoch: Epoch) throws(Refusal) {
        try require(epoch, "re-opening node \(primary)")
        guard case .closed(let loss) = phase, loss.primary == primary, loss.passedOver.isEmpty, let timeline else {
            throw Refusal("node \(primary) is not the primary that epoch \(epoch) lost, or a candidate was tried already")
        }
        open(primary, timeline)
        self.epoch = epoch.next
    }

    private mutating func adoptPromoted(_ primary: NodeID, _ epoch: Epoch, _ timeline: Timeline) throws(Refusal) {
        try require(epoch, "taking over node \(primary)")
        guard case .closed = phase else { throw Refusal("node \(primary) cannot be taken over: no primary is lost, or one is being promoted") }
        open(primary, timeline)
        synchronousSet = .none
        self.epoch = epoch.next
        tenure = self.epoch
    }

    private mutating func open(_ primary: NodeID, _ timeline: Timeline) {
        self.timeline = timeline
        services[primary] = Service(status: .up, reason: "")
        phase = .open(primary: primary)
    }

    private func require(_ epoch: Epoch, _ what: String) throws(Refusal) {
        guard epoch == self.epoch else { throw Refusal("\(what) was decided in epoch \(epoch), it is \(self.epoch) now") }
    }
}
