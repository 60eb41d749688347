internal import ClusterModel
internal import Glibc
internal import Reactor

/// One request to a hook process, from sending it to its report: answers the hook's calls and keeps its deadline.
struct HookConversation: Sendable {
    enum Ending: Sendable {
        case reported(HookValue)
        case failed(HookFault)
    }

    let processes: HookProcesses
    let errand: HookErrand
    /// Whose code it is, for messages.
    let hook: String
    /// Chunk names, and the files they stand for.
    let files: [String: String]
    let isNotification: Bool
    let log: @Sendable (HookLogLine.Level, String, [String: HookValue], HookPlace?) -> Void
    /// Does what the hook asks for.
    let perform: @Sendable (HookRequest) async -> Result<HookValue, HostCallFailure>
    /// When the latest answer was, in seconds since 1970, which is what the hook takes for now; nil leaves its clock alone.
    var answeredAt: @Sendable () -> Double? = { nil }

    private var limits: HookLimits { errand.limits }

    /// Processes that may die unheard before the event fails: one can be killed while it waits for work.
    private static let attempts = 2

    /// Returns soon after the budget at the latest, whatever the hook does; the process is reaped or handed back.
    func run() async -> Ending {
        let budgetEnd = Monotonic.now() + limits.budget
        var status: Int32?
        for _ in 0..<Self.attempts {
            let child: HookChild
            do { child = try await processes.checkOut(isNotification: isNotification) } catch {
                return .failed(HookFault(.environment, "no hook process can be had: \(error.reason)", place: nil, hook: hook))
            }
            let result = await converse(with: child, budgetEnd)
            if case .ended(let ending, isReusable: true) = result {
                await processes.checkIn(child)
                return ending
            }
            // A hook whose event is over may close what is to be closed; with its budget it had its time for that.
            status = await processes.remove(child, patience: Task.isCancelled ? limits.grace : .zero)
            switch result {
            case .ended(let ending, _): return ending
            case .died(let last?): return .failed(fault(Self.kind(of: status), Self.words(for: status), last.request))
            case .died(nil): continue
            }
        }
        return .failed(fault(Self.kind(of: status), Self.words(for: status), nil))
    }

    private enum Course: Sendable {
        case ended(Ending, isReusable: Bool)
        /// Without a report; nil when nothing was heard of it at all, so that nothing can have been done.
        case died(Heard?)
    }

    private struct Heard: Sendable {
        /// The latest call.
        var request: HookRequest?
        /// What the latest query did not give, as a sentence; nil while everything asked for was there.
        var gap: String?
    }

    private func converse(with child: HookChild, _ budgetEnd: Monotonic) async -> Course {
        guard let frames = errand.frames else {
            return .ended(.failed(fault(.environment, "the hook files are more than \(HookFrame.maximumBytes) bytes together", nil)), isReusable: true)
        }
        let end = budgetEnd + limits.grace
        var heard: Heard?
        guard await child.send(frames, until: end) else { return .died(nil) }
        while true {
            switch await child.receive(until: end) {
            case .timedOut:
                let words = Task.isCancelled ? "the daemon is stopping" : "not finished within its budget of \(limits.budget.words), and did not stop"
                return .ended(.failed(fault(.budget, words, heard?.request)), isReusable: false)
            case .malformed: return .ended(.failed(fault(.environment, "the hook process sent what is no report", heard?.request)), isReusable: false)
            case .closed: return .died(heard)
            case .frame(let report):
                heard = heard ?? Heard()
                switch report["kind"].text {
                case "log": write(report)
                case "done": return .ended(.reported(report["value"]), isReusable: true)
                case "fault": return .ended(.failed(fault(from: report, gap: heard?.gap)), isReusable: report["class"].text != HookFault.Kind.budget.rawValue)
                case "call":
                    let call = HookRequest(report, place: place(report))
                    heard?.request = call
                    guard let (result, frame) = await answer(call, child, budgetEnd), let frame, await child.send(frame, until: end) else { return .died(heard) }
                    if let gap = FaultHint.gap(in: result, of: call) { heard?.gap = gap.isEmpty ? nil : gap }
                default: return .ended(.failed(fault(.environment, "the hook process sent a report of an unknown kind", heard?.request)), isReusable: false)
                }
            }
        }
    }

    /// The answer and its frame, at the latest when the budget ends; nil when the process died meanwhile.
    private func answer(_ call: HookRequest, _ child: HookChild, _ budgetEnd: Monotonic) async -> (Result<HookValue, HostCallFailure>, [UInt8]?)? {
        enum First: Sendable { case answered(Result<HookValue, HostCallFailure>), process(isSilent: Bool) }
        let first = await withTaskGroup(of: First.self) { group in
            group.addTask { .answered(await perform(call)) }
            group.addTask { .process(isSilent: await child.waitForSigns(until: budgetEnd) == .timedOut) }
            defer { group.cancelAll() }
            return await group.next()
        }
        let result: Result<HookValue, HostCallFailure>
        switch first {
        case .answered(let answer): result = answer
        case .process(isSilent: true) where Task.isCancelled: result = .failure(HostCallFailure(.budget, "the daemon is stopping"))
        case .process(isSilent: true): result = .failure(HostCallFailure(.budget, "not finished within its budget of \(limits.budget.words): \(call.operation) was under way"))
        case .process(isSilent: false), nil: return nil
        }
        return (result, HookFrame.bytes(of: value(result)) ?? HookFrame.bytes(of: value(.failure(
            HostCallFailure(.environment, "\(call.operation) gave more than can be passed on: ask for less")))))
    }

    private func value(_ result: Result<HookValue, HostCallFailure>) -> HookValue {
        var answer = HookCallRecord.value(result).map ?? [:]
        answer["at"] = answeredAt().map(HookValue.double)
        return .map(answer)
    }

    private func write(_ report: HookValue) {
        log(HookLogLine.Level(rawValue: report["level"].text ?? "") ?? .info, report["message"].text ?? "", report["fields"].map ?? [:], place(report))
    }

    func place(_ report: HookValue) -> HookPlace? {
        guard let chunk = report["file"].text, !chunk.isEmpty else { return nil }
        return HookPlace(file: files[chunk] ?? chunk, line: Int(report["line"].integer ?? 0))
    }
}

/// What a hook asks for.
struct HookRequest: Sendable {
    let operation: String
    /// One table.
    let arguments: HookValue
    let step: String?
    let place: HookPlace?

    init(_ report: HookValue, place: HookPlace?) {
        operation = report["op"].text ?? ""
        arguments = report["arguments"].list?.first ?? [:]
        step = report["step"].text.flatMap { $0.isEmpty ? nil : $0 }
        self.place = place
    }

    /// A call that was begun beside others. `files` are chunk names and what they stand for.
    init(child: HookValue, files: [String: String]) {
        operation = child["op"].text ?? ""
        arguments = child["arguments"]
        step = child["step"].text.flatMap { $0.isEmpty ? nil : $0 }
        place = child["file"].text.flatMap { $0.isEmpty ? nil : HookPlace(file: files[$0] ?? $0, line: Int(child["line"].integer ?? 0)) }
    }
}
