package import HealthTracking
package import Reactor

/// Probes one node on the schedule its health asks for, and at once when traffic failed.
package final class NodeProber: Sendable {
    /// Longest wait without any period: somebody may set the node right without our seeing traffic.
    private static let longestPause = Duration.seconds(86_400)

    private let observer: NodeObserver
    private let policy: HealthPolicy
    private let waiter: DescriptorWaiter
    private let alarm: Alarm
    /// nil where commits are not watched.
    private let commits: CommitProbe?

    /// Fails only when the process has no descriptor left.
    package init(observer: NodeObserver, policy: HealthPolicy, waiter: DescriptorWaiter) throws(SocketError) {
        self.observer = observer
        self.policy = policy
        self.waiter = waiter
        alarm = try Alarm()
        commits = policy.period.flatMap { period in
            policy.wedgedTimeout.map { CommitProbe(observer: observer, period: period, patience: $0, waiter: waiter) }
        }
    }

    /// Whether the node is the cluster's primary, whose commits are watched.
    package func watchCommits(_ isWanted: Bool) { commits?.want(isWanted) }

    /// Traffic failed: looks at the node soon, or once more when a look is under way. Any number of calls are one.
    package func evidenceArrived() { alarm.ring() }

    /// Probes until the task is cancelled; `report` is called after every probe, in order.
    package func run(_ report: @escaping @Sendable (NodeHealth) -> Void) async {
        await withDiscardingTaskGroup { group in
            if let commits { group.addTask { [alarm] in await commits.run { alarm.ring() } } }
            group.addTask { await self.look(report) }
        }
    }

    private func look(_ report: @Sendable (NodeHealth) -> Void) async {
        var health = NodeHealth(policy: policy)
        let began = Monotonic.now()
        while !Task.isCancelled {
            // What rang before the look begins is answered by it.
            alarm.quiet()
            let result = await observer.look()
            guard !Task.isCancelled else { return }
            let pause = health.probed(result, stuck: commits?.stuck, at: .now() - began)
            report(health)
            await rest(until: .now() + (pause ?? Self.longestPause), health, began)
        }
    }

    private func rest(until due: Monotonic, _ health: NodeHealth, _ began: Monotonic) async {
        guard await waiter.wait(for: alarm.descriptor, .readable, until: due) == .ready else { return }
        let now = Monotonic.now()
        await waiter.sleep(min(health.delayOfEvidence(at: now - began), due - now))
    }
}
