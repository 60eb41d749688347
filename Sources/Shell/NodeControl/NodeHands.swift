internal import Glibc
package import NodeConnections
package import Reactor

/// What can be done to one node: each effect checks first that it may still be done.
package struct NodeHands: Sendable {
    /// Throws when the decision behind an effect is out of date; asked immediately before each effect.
    package typealias EpochGuard = @Sendable () async throws(EffectRefused) -> Void

    /// Our own polling while a standby promotes.
    private static let poll = Duration.milliseconds(5)
    /// A standby that just lost its primary may sleep in `wal_retrieve_retry_interval` before it sees the promote
    /// request; a reload wakes it. Measured: without it one promotion in five took five seconds.
    private static let nudge = Duration.milliseconds(20)
    private static let statementTimeout = Duration.seconds(5)

    private let channel: NodeChannel
    private let readingChannel: NodeChannel
    private let waiter: DescriptorWaiter

    /// `readingChannel`: the same node and role, in sessions that cannot write.
    package init(channel: NodeChannel, readingChannel: NodeChannel, waiter: DescriptorWaiter) {
        self.channel = channel
        self.readingChannel = readingChannel
        self.waiter = waiter
    }

    /// Promotes a standby and returns when it is writable. A node that is writable already is left alone.
    package func promote(within limit: Duration, checking epoch: EpochGuard) async throws -> Void {
        guard try await isInRecovery() else { return }
        try await epoch()
        let deadline = Monotonic.now() + limit
        _ = try await channel.execute("SELECT pg_promote(false)", timeout: Self.statementTimeout)
        var nudged = Monotonic.now()
        while try await isInRecovery() {
            let now = Monotonic.now()
            guard now < deadline else { throw PromotionTimedOut(limit: limit) }
            if now - nudged >= Self.nudge {
                _ = try await channel.read("SELECT pg_reload_conf()", timeout: Self.statementTimeout)
                nudged = now
            }
            await waiter.sleep(Self.poll)
            try Task.checkCancellation()
        }
    }

    /// Whether the node is a standby, as it says itself.
    package func isInRecovery() async throws(NodeFailure) -> Bool {
        try await channel.read("SELECT pg_is_in_recovery() AS it", timeout: Self.statementTimeout)["it"] == "t"
    }

    /// Runs one statement of a hook's that cannot write.
    package func read(_ text: String, _ parameters: [String?], timeout: Duration) async throws(NodeFailure) -> Rows {
        try await readingChannel.read(text, parameters, timeout: timeout)
    }

    /// Runs one statement of a hook's.
    package func sql(_ text: String, _ parameters: [String?], timeout: Duration, checking epoch: EpochGuard) async throws -> Rows {
        try await epoch()
        return try await channel.execute(text, parameters, timeout: timeout)
    }
}

/// An effect whose decision is out of date.
package struct EffectRefused: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}

/// A standby did not become writable in time.
package struct PromotionTimedOut: Error, Hashable, Sendable, CustomStringConvertible {
    package let limit: Duration
    package var description: String { "was asked to promote and is still in recovery after \(limit)" }
}
