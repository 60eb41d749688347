internal import Glibc
package import Reactor
package import Settings

/// The hook processes: a few wait ready, each runs one event at a time.
///
/// Ends with `shutDown`; without it the processes end with the daemon, whose sockets they watch.
package actor HookProcesses {
    /// How many of them there are.
    package struct Limits: Sendable {
        /// How many wait ready.
        package var spares: Int
        /// Above this many at work, notifications are refused; work of the engine's is not.
        package var notifications: Int
        /// How long a process may take to end by itself.
        package var patience: Duration

        package init(spares: Int = 2, notifications: Int = 16, patience: Duration = .seconds(2)) {
            self.spares = spares
            self.notifications = notifications
            self.patience = patience
        }

        /// The administrator's.
        package init(_ settings: Settings) { self.init(spares: settings[\.hooks.spares], notifications: settings[\.hooks.notifications]) }
    }

    nonisolated let waiter: DescriptorWaiter
    /// What the processes said of hook files.
    nonisolated let inspections: HookInspections
    private let executable: String
    private let limits: Limits
    private let log: HookLog
    private var ready: [HookChild] = []
    private var working: [ObjectIdentifier: HookChild] = [:]
    private var isShutDown = false

    /// `executable` is started with `hook-host` as its only argument.
    package init(executable: String, waiter: DescriptorWaiter, limits: Limits = Limits(), inspections: HookInspections = HookInspections(), log: @escaping HookLog) {
        self.executable = executable
        self.waiter = waiter
        self.limits = limits
        self.inspections = inspections
        self.log = log
    }

    /// Starts the processes that wait ready, so that the first event finds one.
    package func prepare() {
        while !isShutDown, ready.count < limits.spares {
            do { ready.append(try HookChild(executable: executable, waiter: waiter)) } catch {
                log(HookLogLine(.error, "no hook process can be started: \(error.reason)"))
                return
            }
        }
    }

    /// Ends the processes that wait; those at work end when their events do.
    package func shutDown() async {
        isShutDown = true
        let waiting = ready
        ready = []
        await withTaskGroup { group in
            for child in waiting { group.addTask { [patience = limits.patience] in _ = await child.end(patience: patience) } }
        }
    }

    /// A process of one's own; to be handed back.
    func checkOut(isNotification: Bool) async throws(HookChild.StartFailure) -> HookChild {
        if isNotification, working.count >= limits.notifications {
            throw HookChild.StartFailure(reason: "\(working.count) hooks are running already")
        }
        while let child = ready.popLast() {
            working[ObjectIdentifier(child)] = child
            if await child.isReady() {
                await child.begin()
                return child
            }
            working[ObjectIdentifier(child)] = nil
            await discard(child, patience: .zero)
        }
        let child = try HookChild(executable: executable, waiter: waiter)
        working[ObjectIdentifier(child)] = child
        return child
    }

    /// The processes that run events now.
    var pidsAtWork: [Int32] { working.values.map(\.pid) }

    /// The processes that wait.
    var pidsReady: [Int32] { ready.map(\.pid) }

    /// Takes back a process that has nothing more to do.
    func checkIn(_ child: HookChild) async {
        working[ObjectIdentifier(child)] = nil
        let words = await child.takeErrors()
        report(words)
        if isShutDown || ready.count >= limits.spares { await discard(child) } else { ready.append(child) }
    }

    /// Ends a process that cannot be used any more; what its status says. With patience, its hook is cancelled first.
    func remove(_ child: HookChild, patience: Duration) async -> Int32? {
        let end = await child.end(patience: patience, isCancel: patience > .zero)
        working[ObjectIdentifier(child)] = nil
        report(end?.words ?? "")
        prepare()
        return end?.status
    }

    private func discard(_ child: HookChild, patience: Duration? = nil) async {
        report(await child.end(patience: patience ?? limits.patience)?.words ?? "")
    }

    private func report(_ words: String) {
        for line in words.split(whereSeparator: \.isNewline).prefix(20) { log(HookLogLine(.warning, "hook process: \(line)")) }
    }
}
