package import ClusterModel

/// What hooks have done: the daemon implements it over its hands.
package protocol HookHost: Sendable {
    /// Does what a hook asked for. Checks the epoch of `context` immediately before an effect, and comes back soon when
    /// the task is cancelled: the event's budget is over then.
    func perform(_ call: HostCall, in context: EffectContext) async throws(HostCallFailure) -> HookValue
}

/// One host call. What the answer must be is said at each; every declaration is in `HostAPI/`.
package enum HostCall: Hashable, Sendable {
    /// Make the node writable and wait until it is. A node that is writable already is left alone. Answer: `.none`.
    case promote(NodeID, wait: Duration)
    /// Run one statement with `$1`… parameters; in a read-only transaction if `readOnly`. Answer: `HookRows.value`.
    case sql(NodeID, text: String, parameters: [HookValue], readOnly: Bool)
    /// Whether the node is a standby, as it says itself. Answer: `.boolean`.
    case inRecovery(NodeID)
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
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    var isFinal: Bool { kind == .leadership || kind == .budget }
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
