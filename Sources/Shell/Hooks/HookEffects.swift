internal import ClusterModel
internal import Reactor

/// Answers what one handler asks for: its steps from the journal, host functions by the host, each checked and noted.
actor HookEffects {
    /// Of one handler's run.
    static let limit = 10_000

    private let host: any HookHost
    private let journal: any HookJournal
    private let waiter: DescriptorWaiter
    private let event: HookEvent
    private let hook: String
    private let rights: HostFunction.Rights
    private var count = 0

    init(host: any HookHost, journal: any HookJournal, waiter: DescriptorWaiter, event: HookEvent, hook: Hook) {
        self.host = host
        self.journal = journal
        self.waiter = waiter
        self.event = event
        self.hook = hook.name
        rights = HostFunction.Rights(needs: hook.needs.contains("sql:write") ? hook.needs.union(["sql:read"]) : hook.needs, isNotification: event.schema.kind == .tell)
    }

    func perform(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        count += 1
        guard count <= Self.limit else { return .failure(HostCallFailure(.budget, "asked the engine more than \(Self.limit) times")) }
        switch request.operation {
        case "step.begin": return await beginStep(request)
        case "step.end": return await endStep(request)
        case "sleep": return await sleep(request)
        default: return await call(request)
        }
    }

    private func beginStep(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        guard let name = request.arguments.first?.text else { return .failure(Self.malformed(request)) }
        do {
            guard let value = try await journal.recordedStep(key(name)) else { return .success(["is_finished": false]) }
            return .success(["is_finished": true, "value": value])
        } catch { return .failure(HostCallFailure(.environment, "step \"\(name)\" cannot be looked up: \(error.reason)")) }
    }

    private func endStep(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        guard let name = request.arguments.first?.text else { return .failure(Self.malformed(request)) }
        do {
            try await journal.recordStep(key(name), request.arguments.dropFirst().first ?? .none)
            return .success(.none)
        } catch { return .failure(HostCallFailure(.environment, "step \"\(name)\" is done and cannot be recorded: \(error.reason)")) }
    }

    private func key(_ name: String) -> StepKey { StepKey(event: event.header.id, epoch: event.header.epoch, hook: hook, name: name) }

    private func sleep(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        guard let seconds = request.arguments.first?.number, (0...86_400).contains(seconds) else { return .failure(Self.malformed(request)) }
        await waiter.sleep(.seconds(seconds))
        return .success(.none)
    }

    private func call(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        guard let function = HostFunction.byOperation[request.operation], let number = request.arguments.first?.integer else {
            return .failure(Self.malformed(request))
        }
        if let refusal = function.refusal(rights, in: event.schema.name) { return .failure(HostCallFailure(.code, refusal)) }
        let node = NodeID(Int(number))
        guard event.cluster.nodes.contains(where: { $0.node.id == node }),
              let call = function.call(node, Array(request.arguments.dropFirst()), rights) else { return .failure(Self.malformed(request)) }
        let context = EffectContext(event: event.header.id, epoch: event.header.epoch, hook: hook, step: request.step, place: request.place)
        let ordinal = count, begin = Monotonic.now()
        let result = await perform(call, context)
        await journal.record(HookEffect(context: context, number: ordinal, operation: request.operation, arguments: request.arguments,
                                        result: result, took: Monotonic.now() - begin))
        return result
    }

    private func perform(_ call: HostCall, _ context: EffectContext) async -> Result<HookValue, HostCallFailure> {
        do { return .success(try await host.perform(call, in: context)) } catch { return .failure(error) }
    }

    /// What the library never sends.
    private static func malformed(_ request: HookRequest) -> HostCallFailure {
        HostCallFailure(.code, "\(request.operation) was asked with arguments that it does not take")
    }
}
