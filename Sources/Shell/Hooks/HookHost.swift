package import ClusterModel

/// What hooks have done: the daemon implements it over its hands.
package protocol HookHost: Sendable {
    /// Refuses when `epoch` is not the one in force: asked immediately before every effect.
    func check(_ epoch: Epoch) async throws(HostCallFailure)

    /// Why the cluster cannot bear the operation on that node now; nil when it can. Asked before it is planned, too.
    func objection(to operation: HostOperation, on node: NodeID) async -> String?

    /// Does what a hook asked for; comes back soon when the task is cancelled: the event's budget is over then. Secrets are open in
    /// the arguments. `line` hears every line that a program prints, as it comes.
    func perform(_ call: HostCall, in context: EffectContext, line: (@Sendable (String) -> Void)?) async throws(HostCallFailure) -> HookValue
}

/// One host call that the daemon performs. What each takes and gives is declared in `HostAPI/`.
package struct HostCall: Hashable, Sendable {
    package let operation: HostOperation
    /// Of a method.
    package let node: NodeID?
    package let arguments: HostArguments

    /// Where a method is called.
    package func at() throws(HostCallFailure) -> NodeID {
        guard let node else { throw HostCallFailure(.code, "\(operation.rawValue) was asked without a node") }
        return node
    }
}

/// The operations that the daemon performs; this module does the others itself.
package enum HostOperation: String, Sendable, CaseIterable {
    case sql = "node.sql", isRunning = "node.is_running", inRecovery = "node.in_recovery", ping = "node.ping", lagNow = "node.lag_now"
    case timelineNow = "node.timeline_now", lsnNow = "node.lsn_now", controlData = "node.controldata", diskFree = "node.disk_free"
    case replicatesTo = "node.replicates_to", canRewindFrom = "node.can_rewind_from", readFile = "node.read_file"
    case promote = "node.promote", start = "node.start", stop = "node.stop", restart = "node.restart", reload = "node.reload", checkpoint = "node.checkpoint"
    case set = "node.set", ensureSlot = "node.ensure_slot", dropSlot = "node.drop_slot"
    case rewindFrom = "node.rewind_from", baseBackupFrom = "node.basebackup_from", moveAside = "node.move_aside", restoreAside = "node.restore_aside"
    case forgetAside = "node.forget_aside", writeFile = "node.write_file", touch = "node.touch", includeConf = "node.include_conf"
    case runOnNode = "node.run", run = "run"
    case cluster = "cluster", pauseClients = "engine.pause_clients", resumeClients = "engine.resume_clients", reloadConfiguration = "engine.reload"
    case attach = "engine.attach", detach = "engine.detach", quarantine = "engine.quarantine", unquarantine = "engine.unquarantine", makePrimary = "engine.promote"
    case alert = "alert"
}

/// On whose behalf a host call is made.
package struct EffectContext: Hashable, Sendable {
    /// The event's id.
    package let event: String
    /// The epoch the event belongs to; with another one now, the call must be refused.
    package let epoch: Epoch
    /// The hook's name.
    package let hook: String
    /// The step under way; nil between steps.
    package let step: String?
    /// The line that asks; nil where Lua does not know.
    package let place: HookPlace?
}

/// Why a host call was not done.
package struct HostCallFailure: Error, Hashable, Sendable {
    /// Whose fault it is, and whether the hook may go on.
    package enum Kind: String, Sendable {
        /// The world: a node, the network, SQL. The hook may catch it.
        case environment
        /// The hook asked for something that cannot be: it has to be corrected.
        case code
        /// The decision behind the event is out of date. Final: the hook gets no further, whatever it catches.
        case leadership
        /// The event's time is over. Final.
        case budget
        /// Somebody ended the event. Final.
        case cancelled
        /// A plan cannot be known any further.
        case plan
        /// What was recorded ends here, or is not what the hook asks for now.
        case replay
    }

    package let kind: Kind
    package let message: String
    /// Characters of a message that a hook is given; whoever makes one need not cut it.
    static let longest = 800

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    var isFinal: Bool {
        switch kind {
        case .leadership, .budget, .cancelled: true
        case .environment, .code, .plan, .replay: false
        }
    }
}

/// A statement's result.
package struct HookRows: Hashable, Sendable {
    package var columns: [String]
    package var rows: [[HookValue]]
    /// The command tag: `SELECT 1`.
    package var command: String

    package init(columns: [String], rows: [[HookValue]], command: String) {
        self.columns = columns
        self.rows = rows
        self.command = command
    }

    package var value: HookValue {
        ["columns": .list(columns.map(HookValue.text)), "rows": .list(rows.map(HookValue.list)), "command": .text(command), "count": HookValue(rows.count)]
    }
}
