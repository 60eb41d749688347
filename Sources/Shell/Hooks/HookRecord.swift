package import ClusterModel

/// What the journal keeps of one host call; the same bytes are what a replay reads.
package struct HookCallRecord: Hashable, Sendable {
    /// 1 for the first of the run.
    package var sequence = 0
    package let hook: String
    /// `node.promote`
    package let operation: String
    /// As Lua sent them: secrets are closed in them.
    package let arguments: HookValue
    package let step: String?
    package let place: HookPlace?
    /// Seconds since 1970.
    package let began: Double
    /// Whether it was asked while things were undone.
    package let isUndo: Bool
    /// Of a call that was under way beside others: the one that had it begun.
    package let parent: Int?
    /// nil while it is under way, or when the daemon ended meanwhile.
    package var ended: Double?
    package var result: Result<HookValue, HostCallFailure>?

    /// What a replay compares.
    func asksTheSame(as request: HookRequest) -> Bool { operation == request.operation && arguments == request.arguments }
}

extension HookCallRecord {
    var call: HookValue {
        [
            "hook": .text(hook), "op": .text(operation), "arguments": arguments, "step": HookValue(step), "file": HookValue(place?.file),
            "line": HookValue(place?.line ?? 0), "began": .double(began), "is_undo": .boolean(isUndo), "parent": parent.map { HookValue($0) } ?? .none,
        ]
    }

    static func value(_ result: Result<HookValue, HostCallFailure>) -> HookValue {
        switch result {
        case .success(let value): ["value": value]
        case .failure(let failure): ["failed": failure.value]
        }
    }

    /// nil where the bytes are none of ours.
    init?(_ sequence: Int, call: HookValue, ended: Double?, result: HookValue?) {
        guard let hook = call["hook"].text, let operation = call["op"].text, let began = call["began"].number else { return nil }
        self.init(sequence: sequence, hook: hook, operation: operation, arguments: call["arguments"], step: call["step"].text,
                  place: call["file"].text.map { HookPlace(file: $0, line: Int(call["line"].integer ?? 0)) }, began: began,
                  isUndo: call["is_undo"].boolean ?? false, parent: call["parent"].integer.map { Int($0) }, ended: ended, result: result.map(Self.result))
    }

    private static func result(_ value: HookValue) -> Result<HookValue, HostCallFailure> {
        guard value["failed"].map != nil else { return .success(value["value"]) }
        return .failure(HostCallFailure(value["failed"]))
    }
}

extension HostCallFailure {
    /// As the sandbox and the journal have it.
    var value: HookValue { ["class": .text(kind.rawValue), "message": .text(message), "is_final": .boolean(isFinal)] }

    init(_ value: HookValue) { self.init(Kind(rawValue: value["class"].text ?? "") ?? .environment, value["message"].text ?? "") }
}

/// What the journal keeps of one run of an event's hooks.
package struct HookRunRecord: Hashable, Sendable {
    package var number: Int
    /// As the hooks were given it, its cluster included.
    package let event: HookValue
    /// The hooks that ran, or were to run, in order.
    package let hooks: [String]
    /// What random numbers began with.
    package let seed: Int64
    /// Seconds since 1970: the first time that hooks saw.
    package let began: Double
    /// Whether the daemon goes on with it after a restart by itself; the engine does with what it fired.
    package let resumes: Bool
    package var phase: Phase
    package var ended: Double?
    /// `done`, `passed`, `failed`.
    package var outcome: String?
    package var message: String?

    /// What the event does now.
    package enum Phase: String, Sendable { case running, undoing, ended }

    package var id: String { event["values"]["id"].text ?? "" }
    package var name: String { event["name"].text ?? "" }
    /// Whether a daemon ended meanwhile.
    package var isInterrupted: Bool { phase != .ended || outcome == Self.interrupted }
    /// The outcome of a run that a daemon's end cut off.
    static let interrupted = "interrupted"
    /// Of hooks; what it began with.
    package var generation: Int { Int(event["values"]["generation"].integer ?? 0) }
    package var attempt: Int { Int(event["values"]["attempt"].integer ?? 1) }
    package var epoch: Epoch { Epoch(UInt64(clamping: event["values"]["epoch"].integer ?? 0)) }

    var value: HookValue {
        ["event": event, "hooks": .list(hooks.map(HookValue.text)), "seed": .integer(seed), "began": .double(began), "resumes": .boolean(resumes)]
    }
}
