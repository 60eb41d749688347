internal import HealthTracking
internal import NodeConnections
internal import Reactor
internal import Synchronization

/// Whether commits on a node end, found out by committing: an empty message in its log once a period, on a connection of its own.
///
/// `synchronous_commit = local`: what a synchronous standby does not confirm is not held against the primary.
final class CommitProbe: Sendable {
    private struct State {
        var isWanted = false
        var stuck: String?
    }

    /// A commit that does not end is waited for until its backend is gone: another one would only queue behind it.
    private static let longest = Duration.seconds(86_400)
    /// Between looks at a commit that is stuck.
    private static let lookAgain = Duration.seconds(1)

    private let state = Mutex(State())
    private let observer: NodeObserver
    private let period: Duration
    private let patience: Duration
    private let waiter: DescriptorWaiter

    init(observer: NodeObserver, period: Duration, patience: Duration, waiter: DescriptorWaiter) {
        self.observer = observer
        self.period = period
        self.patience = patience
        self.waiter = waiter
    }

    /// Why no commit ends, as far as is known; follows the node's name in a sentence.
    var stuck: String? { state.withLock { $0.stuck } }

    /// Only the cluster's primary is written to; a commit under way is waited for all the same.
    func want(_ isWanted: Bool) { state.withLock { $0.isWanted = isWanted } }

    /// Probes until cancelled, and calls `changed` when `stuck` is another.
    func run(_ changed: @escaping @Sendable () -> Void) async {
        var kept: Committer?
        while !Task.isCancelled {
            if state.withLock({ $0.isWanted }) {
                if kept == nil { kept = await connect() }
                // What fails at once is seen by the looks too, and better.
                if let committer = kept, await !commits(committer, changed) { kept = nil }
            }
            await waiter.sleep(period)
        }
    }

    private struct Committer {
        let connection: NodeConnection
        /// Its backend's process on the node.
        let process: String
    }

    private func connect() async -> Committer? {
        do {
            let connection = try await observer.channel.connect()
            let rows = try await connection.query("SELECT pg_backend_pid() AS process, set_config('synchronous_commit'::text, 'local'::text, false)", timeout: observer.timeout)
            return rows["process"].map { Committer(connection: connection, process: $0) }
        } catch { return nil }
    }

    /// Whether a commit ended well; returns when it has ended, or its backend is gone.
    private func commits(_ committer: Committer, _ changed: @escaping @Sendable () -> Void) async -> Bool {
        let isDone = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                do { _ = try await committer.connection.query("SELECT pg_logical_emit_message(true, 'understudy'::text, ''::text)", timeout: Self.longest) } catch { return false }
                return true
            }
            group.addTask {
                await self.watch(committer, changed)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
        note(nil, changed)
        return isDone
    }

    /// Returns when the backend of the commit is gone.
    private func watch(_ committer: Committer, _ changed: @escaping @Sendable () -> Void) async {
        let began = Monotonic.now()
        await waiter.sleep(patience)
        while !Task.isCancelled {
            let rows: Rows?
            do {
                rows = try await observer.channel.ask("SELECT wait_event_type, wait_event FROM pg_stat_activity WHERE pid = $1::int", [committer.process],
                                                      timeout: observer.timeout)
            } catch { rows = nil } // Silence is for the looks to judge.
            if let rows {
                if rows.values.isEmpty { return }
                note(Self.verdict(kind: rows["wait_event_type"] ?? "", event: rows["wait_event"] ?? "", after: .now() - began), changed)
            }
            await waiter.sleep(Self.lookAgain)
        }
    }

    /// Why a commit that has taken so long is the node's fault; nil when it is not.
    static func verdict(kind: String, event: String, after time: Duration) -> String? {
        // A standby's doing, or the commit has ended and its answer is on the way.
        if event == "SyncRep" || kind == "Client" { return nil }
        return "answers, but a commit has not ended in \(time.components.seconds) s (\(event.isEmpty ? "it waits for nothing that PostgreSQL knows" : "it waits for \(kind) \(event)"))"
    }

    private func note(_ stuck: String?, _ changed: @escaping @Sendable () -> Void) {
        let isNews = state.withLock { state in
            defer { if stuck == nil || state.stuck == nil { state.stuck = stuck } }
            return (state.stuck == nil) != (stuck == nil)
        }
        if isNews { changed() }
    }
}
