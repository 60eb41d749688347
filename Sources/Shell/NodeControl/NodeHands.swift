package import ClusterModel
package import NodeConnections
package import Reactor

/// What can be done to one node: each effect checks first that the epoch it was decided in still stands.
package struct NodeHands: Sendable {
    /// Our own polling while a standby promotes.
    private static let poll = Duration.milliseconds(5)
    /// A standby that just lost its primary may sleep in `wal_retrieve_retry_interval` before it sees the promote
    /// request; a reload wakes it. Measured: without it one promotion in five took five seconds.
    private static let nudge = Duration.milliseconds(20)
    private static let statementTimeout = Duration.seconds(5)

    let channel: NodeChannel
    let waiter: DescriptorWaiter
    let epochs: any EpochGuard

    package init(channel: NodeChannel, waiter: DescriptorWaiter, epochs: any EpochGuard) {
        self.channel = channel
        self.waiter = waiter
        self.epochs = epochs
    }

    /// Promotes a standby and returns when it is writable. A node that is writable already is left alone, so that asking
    /// again after a crash of ours is safe. Throws `EffectRefused`, `PromotionTimedOut`, `NodeFailure` or `CancellationError`.
    package func promote(in epoch: Epoch, within limit: Duration) async throws {
        let deadline = Monotonic.now() + limit
        guard try await isInRecovery(until: deadline) else { return }
        try await epochs.check(epoch)
        try await requestPromotion(until: deadline)
        var nextNudge: Monotonic? = .now() + Self.nudge
        while try await isInRecovery(until: deadline) {
            let now = Monotonic.now()
            guard now < deadline else { throw PromotionTimedOut(limit: limit) }
            if let due = nextNudge, now >= due { nextNudge = try await reload(until: deadline) ? .now() + Self.nudge : nil }
            await waiter.sleep(Self.poll)
            try Task.checkCancellation()
        }
    }

    private func requestPromotion(until deadline: Monotonic) async throws(NodeFailure) {
        do { _ = try await channel.ask("SELECT pg_promote(false)", timeout: Self.bound(deadline)) } catch {
            // 55000 is "recovery is not in progress": the promotion somebody else asked for ended between our two statements.
            guard case .sql(sqlState: "55000", _, _) = error else { throw error }
        }
    }

    /// False where the role may not: the promotion then goes on without, perhaps five seconds slower.
    private func reload(until deadline: Monotonic) async throws(NodeFailure) -> Bool {
        do { _ = try await channel.ask("SELECT pg_reload_conf()", timeout: Self.bound(deadline)) } catch {
            guard case .sql(sqlState: "42501", _, _) = error else { throw error }
            return false
        }
        return true
    }

    /// Whether the node is a standby, as it says itself.
    package func isInRecovery() async throws(NodeFailure) -> Bool {
        try await isInRecovery(until: .now() + Self.statementTimeout)
    }

    func isInRecovery(until deadline: Monotonic) async throws(NodeFailure) -> Bool {
        let answer = try await channel.ask("SELECT pg_is_in_recovery() AS it", timeout: Self.bound(deadline))["it"]
        guard let answer else { throw .lost("the server did not say whether it is in recovery") }
        return answer == "t"
    }

    /// Runs one statement of a hook's, once, in a session of its own.
    package func sql(_ text: String, _ parameters: [String?] = [], database: String? = nil, in epoch: Epoch, timeout: Duration) async throws -> Rows {
        try await epochs.check(epoch)
        return try await channel.execute(text, parameters, database: database, timeout: timeout)
    }

    /// No single statement takes longer than all that is left.
    static func bound(_ deadline: Monotonic) -> Duration {
        max(poll, min(statementTimeout, deadline - .now()))
    }
}

/// A standby did not become writable in time.
package struct PromotionTimedOut: Error, Hashable, Sendable, CustomStringConvertible {
    package let limit: Duration
    package var description: String { "was asked to promote and is still in recovery after \(limit)" }
}
