internal import Coordination
internal import Foundation
internal import Hooks
internal import Logging
internal import Storage
internal import Synchronization

/// Events that come by the clock, and those that follow the journal.
extension HookStage {
    /// How often the clock is looked at; timers are due in whole seconds.
    private static let tick = Duration.seconds(1)
    /// How often the site's directory is compared with what is in force: every so many ticks.
    private static let driftTicks = 30

    /// Runs timers when they are due, until cancelled.
    func followClock() async {
        let busy = BusyTimers()
        await withDiscardingTaskGroup { group in
            var timers = HookTimers(calendar: .current), generation: Int?, ticks = 0
            while !Task.isCancelled {
                let current = await generations.current
                if current.number != generation {
                    timers.adopt(current.catalogue, at: Date())
                    generation = current.number
                    ticks = 0
                }
                if ticks % Self.driftTicks == 0 { metrics.set("drift", await generations.drifts() ? 1 : 0) }
                ticks += 1
                for run in timers.due(at: Date(), busy: busy.names) {
                    busy.begin(run.hook)
                    group.addTask {
                        await fire(run)
                        busy.end(run.hook)
                    }
                }
                do { try await Task.sleep(for: Self.tick) } catch { break }
            }
            group.cancelAll()
        }
    }

    private func fire(_ timer: HookTimers.Run) async {
        guard let cluster = await cluster() else { return }
        await run(HookEvent(.timer, header(epoch: cluster.epoch, cause: "schedule"), in: cluster.cluster, [
            "scheduled_at": .double(timer.scheduledAt.timeIntervalSince1970), "missed": HookValue(timer.missed),
        ]), only: timer.hook)
    }

    // MARK: Audit

    private static let auditBookmark = "audit"
    /// Lines that are read at once.
    private static let auditBatch = 100
    private static let auditPauses = (first: Duration.seconds(1), most: Duration.seconds(60))

    /// Hands every line of the journal to the `audit` hooks, in order, going on where it was left; a line is taken when no hook fails.
    func followJournal() async {
        for await _ in await journal.wakeUps() {
            do { try await tellAudit() } catch { logger.error("the event journal cannot be read for audit hooks: \(error)") }
        }
    }

    private func tellAudit() async throws {
        guard await generations.current.catalogue.handles(.audit) else { return }
        var position = try await store.bookmark(Self.auditBookmark)
        if position == nil {
            // Audit begins with what happens from now on.
            position = try await journal.latest(1).last.map { $0.number - 1 } ?? 0
        }
        var pause = Self.auditPauses.first
        while let after = position, !Task.isCancelled, await generations.current.catalogue.handles(.audit) {
            let lines = try await journal.events(after: after, limit: Self.auditBatch)
            if lines.isEmpty { return }
            for line in lines {
                guard let cluster = await cluster() else { return }
                let event = HookEvent(.audit, header("audit-\(line.number)", epoch: line.epoch), in: cluster.cluster, [
                    "number": HookValue(line.number), "written_at": .double(line.at), "kind": .text(line.kind), "message": .text(line.message),
                    "node": HookEvent.value(line.node), "details": .text(line.details),
                ])
                if case .failed = await run(event) {
                    do { try await Task.sleep(for: pause) } catch { return }
                    pause = min(pause * 2, Self.auditPauses.most)
                    break
                }
                pause = Self.auditPauses.first
                try await store.setBookmark(Self.auditBookmark, line.number)
                position = line.number
            }
        }
    }

    // MARK: The daemon itself

    /// This member serves.
    func tellStartup() async {
        guard let cluster = await cluster() else { return }
        tell(HookEvent(.startup, header(epoch: cluster.epoch, cause: "operator"), in: cluster.cluster, ["version": .text(Version.text)]))
    }

    /// This member was asked to stop; returns when its hooks have heard it, at their budget's end at the latest.
    func tellShutdown(_ reason: String) async {
        guard let cluster = await cluster() else { return }
        await run(HookEvent(.shutdown, header(epoch: cluster.epoch, cause: "operator"), in: cluster.cluster, ["reason": .text(reason)]))
    }

    /// The configuration was read again.
    func tellReload(applied: [String], needsRestart: [String], by requestedBy: String) async {
        guard let cluster = await cluster() else { return }
        tell(HookEvent(.configReloaded, header(epoch: cluster.epoch, cause: "operator", requestedBy: requestedBy), in: cluster.cluster, [
            "applied": .list(applied.map(HookValue.text)), "needs_restart": .list(needsRestart.map(HookValue.text)),
        ]))
    }
}

/// Hooks whose timers run now.
private final class BusyTimers: Sendable {
    private let state = Mutex<Set<String>>([])
    var names: Set<String> { state.withLock { $0 } }
    func begin(_ hook: String) { state.withLock { _ = $0.insert(hook) } }
    func end(_ hook: String) { state.withLock { _ = $0.remove(hook) } }
}
