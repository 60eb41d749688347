package import ClusterModel
internal import NodeConnections
internal import Reactor

/// Cuts a standby off from its WAL and lets it go back, by `primary_conninfo` and a reload.
extension NodeHands {
    /// Between two looks at the receiver.
    private static let sealPoll = Duration.milliseconds(5)
    /// The startup process reads its configuration in its own time: so often in a row no receiver is seen before it counts as gone.
    private static let looksWithoutReceiver = 2
    private static let unsealLimit = Duration.seconds(5)
    /// For an answer with a reason that comes at the last moment.
    private static let patience = Duration.milliseconds(100)

    /// Seals a standby, and returns when no receiver is left and all that was received is known. Sealed already, it is left as it is.
    package func seal(in epoch: Epoch, within limit: Duration) async -> Seal {
        await withTaskGroup(of: Seal.self) { group in
            group.addTask { await sealOrReason(in: epoch, until: .now() + limit) }
            // A node that is silent would be waited for as long as a login may take.
            group.addTask {
                await waiter.sleep(limit + Self.patience)
                return .pending(reason: "does not answer")
            }
            defer { group.cancelAll() }
            guard let first = await group.next() else { preconditionFailure("a group of two tasks has none") }
            return first
        }
    }

    private func sealOrReason(in epoch: Epoch, until deadline: Monotonic) async -> Seal {
        do { return try await seal(in: epoch, until: deadline) } catch let failure as NodeFailure {
            if case .sql(sqlState: "42501", let message, _) = failure {
                return .impossible(reason: "cannot be sealed by role \(channel.user): \(message)")
            }
            return .pending(reason: failure.description)
        } catch { return .pending(reason: "was not sealed: \(error)") }
    }

    private func seal(in epoch: Epoch, until deadline: Monotonic) async throws -> Seal {
        var looks = 0, isOrdered = false
        while true {
            let look = try await lookAtReceiver(until: deadline)
            guard look.isStandby else { return .pending(reason: "is writable") }
            guard look.canReload else { return .impossible(reason: "cannot be sealed: its version reads primary_conninfo only when it starts") }
            // A standby that was never told whom to follow receives nothing.
            let isInForce = look.conninfo.isEmpty || SealedConninfo(look.conninfo) != nil
            if !isInForce, !isOrdered {
                try await epochs.check(epoch)
                try await setConninfo(SealedConninfo(original: look.conninfo, epoch: epoch).text, until: deadline)
                isOrdered = true
            }
            looks = isInForce && !look.isReceiving && look.knowsItsEnd ? looks + 1 : 0
            if looks >= Self.looksWithoutReceiver { return .sealed }
            guard .now() < deadline else { return .pending(reason: look.isReceiving ? "still receives WAL" : look.knowsItsEnd ? "has not read its configuration yet" : "still replays its WAL") }
            await waiter.sleep(Self.sealPoll)
            try Task.checkCancellation()
        }
    }

    /// Takes the seal of `sealed` away; what follows another server by now is left alone.
    package func unseal(sealedIn sealed: Epoch, in epoch: Epoch) async throws {
        let deadline = Monotonic.now() + Self.unsealLimit
        let look = try await lookAtReceiver(until: deadline)
        guard let seal = SealedConninfo(look.conninfo), seal.epoch == sealed else { return }
        try await epochs.check(epoch)
        try await setConninfo(seal.original, until: deadline)
    }

    private func setConninfo(_ text: String, until deadline: Monotonic) async throws(NodeFailure) {
        _ = try await channel.ask("ALTER SYSTEM SET primary_conninfo = \(Self.literal(text))", timeout: Self.bound(deadline))
        _ = try await channel.ask("SELECT pg_reload_conf()", timeout: Self.bound(deadline))
    }

    private struct ReceiverLook {
        let isStandby: Bool
        let conninfo: String
        /// Whether a reload changes it: from PostgreSQL 13 on.
        let canReload: Bool
        let isReceiving: Bool
        /// Before anything was streamed since the start, a standby knows only how far it has replayed: until it waits for more WAL.
        let knowsItsEnd: Bool
    }

    private func lookAtReceiver(until deadline: Monotonic) async throws(NodeFailure) -> ReceiverLook {
        let rows = try await channel.ask("""
            SELECT pg_is_in_recovery() AS standby, coalesce(current_setting('primary_conninfo', true), '') AS conninfo,
                   EXISTS (SELECT FROM pg_settings WHERE name = 'primary_conninfo' AND context = 'sighup') AS reloads,
                   EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'walreceiver') AS receiving,
                   pg_last_wal_receive_lsn() IS NOT NULL OR EXISTS (
                       SELECT FROM pg_stat_activity WHERE backend_type = 'startup'
                       AND wait_event IN ('RecoveryRetrieveRetryInterval', 'RecoveryWalStream', 'RecoveryWalAll')) AS known
            """, timeout: Self.bound(deadline))
        return ReceiverLook(isStandby: rows["standby"] == "t", conninfo: rows["conninfo"] ?? "", canReload: rows["reloads"] == "t", isReceiving: rows["receiving"] == "t",
                            knowsItsEnd: rows["known"] == "t")
    }
}
