package import ClusterModel
internal import Failover

extension ClusterCoordinator {
    /// A person lets the failover of `epoch` go on although acknowledged commits may be lost. Answers in words; throws why nothing was done.
    package func acceptLoss(in epoch: Epoch, by person: String) async throws(AcceptanceRefused) -> String {
        guard let loss = state.loss else { throw AcceptanceRefused(description: "no failover waits") }
        guard await decide(.acceptLoss(epoch: epoch, by: person)) else {
            throw AcceptanceRefused(description: "nothing was changed: it is epoch \(state.epoch) now, and \(describePhase())")
        }
        let words = "\(person) accepts that acknowledged commits of \(name(loss.primary)) may be lost"
        await record("loss_accepted", node: loss.primary, words, details: Details(["event": loss.event, "requested_by": person]).json)
        return "on record: the failover goes on, and acknowledged commits of \(name(loss.primary)) may be lost"
    }
}

/// Why a loss could not be accepted.
package struct AcceptanceRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
}
