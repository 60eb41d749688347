package import ClusterModel

/// One entry of the control log: a decision that every member applies in the same order.
///
/// The case names and fields are the stored form: add cases, never change one.
package enum ClusterCommand: Hashable, Sendable, Codable {
    /// The first primary of a new cluster was found; only valid while no primary was ever named.
    case adopt(primary: NodeID, systemIdentifier: SystemIdentifier, timeline: Timeline)
    /// The primary of `epoch` is lost: the gate closes and the epoch rises. `event` names the failover that begins.
    case declareLost(primary: NodeID, epoch: Epoch, reason: String, event: String)
    /// The failover of `epoch` will promote `candidate`; from here on no other node may be promoted in this epoch.
    case promote(candidate: NodeID, epoch: Epoch)
    /// The candidate of `epoch` cannot be promoted and is out of the running: the epoch rises and another may be chosen.
    case passOver(candidate: NodeID, epoch: Epoch, reason: String)
    /// `primary` was seen writable on `timeline`: the gate of `epoch` opens for it.
    case primaryIs(primary: NodeID, epoch: Epoch, timeline: Timeline)
    /// The lost primary of `epoch` came back before anything was promoted: it opens again under the next epoch.
    case reopen(primary: NodeID, epoch: Epoch)
    /// A person takes it upon himself that the failover of `epoch` loses acknowledged commits: whoever answers may be promoted.
    case acceptLoss(epoch: Epoch, by: String)
    /// A node went into or out of service.
    case setStatus(node: NodeID, status: NodeStatus, reason: String)
    /// Which standbys must confirm a commit of the primary of `epoch`, as last seen on it.
    case setSynchronousSet(SynchronousSet, epoch: Epoch)
    /// A node is kept out of service until it is released, whatever its probes say.
    case hold(node: NodeID, Hold)
    /// Nobody keeps the node out of service any more.
    case release(node: NodeID)
    /// While it is on, nothing is done automatically.
    case setMaintenance(isOn: Bool)
    /// While the gate of `epoch` was closed somebody promoted `primary` by hand, and an operator says that it is the primary: it opens under the next epoch.
    case adoptPromoted(primary: NodeID, epoch: Epoch, timeline: Timeline)
}
