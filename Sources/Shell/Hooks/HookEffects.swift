internal import ClusterModel
internal import Reactor

/// Answers what one handler asks for: numbers each call, checks it, has it done, and keeps it in the journal with its result.
actor HookEffects {
    /// Of one handler's run.
    static let limit = 10_000
    /// Bytes that an answer has beside its result.
    private static let aroundAnswer = 64

    let services: HookServices
    let run: HookRun
    let hook: Hook
    let rights: HookRights
    let isUndo: Bool
    let clock = AnswerClock()
    private var count = 0
    /// Calls that were begun beside others, by the library's ids.
    var tasks: [Int64: Task<Void, Never>] = [:]
    var finished: [Int64: HookValue] = [:]
    /// Programs whose lines the hook hears, by their numbers.
    var programs: [Int64: LiveProgram] = [:]
    /// Who waits for one of these to end.
    var arrivals: [CheckedContinuation<Void, Never>] = []
    /// Chunk names, and the files they stand for.
    let files: [String: String]

    init(_ services: HookServices, _ run: HookRun, _ hook: Hook, files: [String: String], isUndo: Bool = false) {
        self.services = services
        self.run = run
        self.hook = hook
        self.files = files
        self.isUndo = isUndo
        rights = HookRights(granted: hook.granted, trust: hook.trust, isNotification: run.event.schema.kind == .tell, isReadOnly: run.isReadOnly)
    }

    /// The answer to a call of the handler's own coroutine.
    func perform(_ request: HookRequest) async -> Result<HookValue, HostCallFailure> {
        await end(await begin(request, parent: nil))
    }

    /// A call that was checked and has its number and its place in the journal.
    struct Begun: Sendable {
        let request: HookRequest
        let sequence: Int
        let outcome: Outcome

        enum Outcome: Sendable {
            case refused(HostCallFailure)
            case admitted(HostFunction, HostArguments)
        }
    }

    func begin(_ request: HookRequest, parent: Int?) async -> Begun {
        count += 1
        let record = HookCallRecord(sequence: run.nextSequence(), hook: hook.name, operation: request.operation, arguments: request.arguments, step: request.step,
                                    place: request.place, began: run.now, isUndo: isUndo, parent: parent)
        var outcome = admit(request)
        if let journal = run.journal {
            do { try await journal.begin(record, in: run.number) } catch {
                outcome = .refused(HostCallFailure(.environment, "\(request.operation) was not done: it cannot be recorded: \(error)"))
            }
        }
        if request.operation == "together", case .admitted = outcome, let problem = await startChildren(of: request.arguments, record.sequence) { outcome = .refused(problem) }
        return Begun(request: request, sequence: record.sequence, outcome: outcome)
    }

    private func admit(_ request: HookRequest) -> Begun.Outcome {
        guard count <= Self.limit else { return .refused(HostCallFailure(.budget, "asked the engine more than \(Self.limit) times")) }
        guard !run.isCancelled || isUndo else { return .refused(HostCallFailure(.cancelled, "the event was cancelled")) }
        guard let function = HostFunction.byOperation[request.operation] else { return .refused(HostCallFailure(.code, "there is no host function \(request.operation)")) }
        if let problem = HostArguments.problem(request.arguments, for: function) {
            return .refused(HostCallFailure(.code, "\(function.label) was asked with arguments that it does not take: \(problem)"))
        }
        let arguments = rights.settled(HostArguments(values: request.arguments), of: function)
        if let refusal = rights.refusal(function, arguments, in: run.event.schema.name) { return .refused(refusal) }
        if let missing = function.missing { return .refused(HostCallFailure(.environment, "\(function.label) is not possible yet: \(missing)")) }
        return .admitted(function, arguments)
    }

    /// Has the call done and recorded; nothing of a secret is in what comes back.
    func end(_ begun: Begun) async -> Result<HookValue, HostCallFailure> {
        let result: Result<HookValue, HostCallFailure>
        switch begun.outcome {
        case .refused(let failure): result = .failure(failure)
        case .admitted(let function, let arguments): result = services.secrets.mask(await perform(function, arguments, begun))
        }
        let at = run.now
        clock.set(at)
        return await recorded(result, of: begun, at: at)
    }

    /// The result once it is in the journal: what a replay could not answer is not told to the hook either.
    private func recorded(_ result: Result<HookValue, HostCallFailure>, of begun: Begun, at: Double) async -> Result<HookValue, HostCallFailure> {
        let operation = begun.request.operation, value = HookCallRecord.value(result)
        var result = result, bytes = value.encoded
        if let problem = HookFrame.problem(value, bytes: bytes.count + Self.aroundAnswer) ?? run.problem(recording: bytes.count) {
            result = .failure(HostCallFailure(.environment, "\(operation) was done, and \(problem)"))
            bytes = HookCallRecord.value(result).encoded
        }
        guard let journal = run.journal else { return result }
        do { try await journal.end(begun.sequence, in: run.number, at: at, result: bytes) } catch {
            return .failure(HostCallFailure(.environment, "\(operation) was done, and its result cannot be recorded: \(error)"))
        }
        return result
    }

    private func perform(_ function: HostFunction, _ arguments: HostArguments, _ begun: Begun) async -> Result<HookValue, HostCallFailure> {
        let context = EffectContext(event: run.record.id, epoch: run.record.epoch, hook: hook.name, step: begun.request.step, place: begun.request.place)
        do throws(HostCallFailure) {
            if function.effect == .flow { return .success(try await flow(function, arguments, context)) }
            let objection = await objection(to: function, arguments)
            if let plan = run.plan {
                if let foreseen = await plan.answer(function, arguments, context, objection: objection) { return .success(foreseen) }
                return .success(try await act(function, arguments, context))
            }
            if function.effect(of: arguments) != .read { try await services.host.check(context.epoch) }
            if let objection { throw HostCallFailure(.environment, "\(function.label) was not done: \(objection)") }
            return .success(try await act(function, arguments, context))
        } catch { return .failure(error) }
    }

    /// Why the cluster cannot bear the call now.
    private func objection(to function: HostFunction, _ arguments: HostArguments) async -> String? {
        guard function.effect == .write, let operation = HostOperation(rawValue: function.operation), let number = arguments["node"].integer else { return nil }
        return await services.host.objection(to: operation, on: NodeID(Int(clamping: number)))
    }

    /// Opens the secrets and hands the call to who can do it.
    private func act(_ function: HostFunction, _ arguments: HostArguments, _ context: EffectContext) async throws(HostCallFailure) -> HookValue {
        let open = try services.secrets.open(arguments, of: function, rights)
        if let operation = HostOperation(rawValue: function.operation) {
            var node: NodeID?
            if function.isMethod, let number = open["node"].integer {
                node = NodeID(Int(clamping: number))
                guard run.event.cluster.nodes.contains(where: { $0.node.id == node }) else { throw HostCallFailure(.code, "\(function.label): there is no node \(number)") }
            }
            let call = HostCall(operation: operation, node: node, arguments: open)
            return open.isSet("follow") ? try await follow(call, context) : try await services.host.perform(call, in: context, line: nil)
        }
        if let operation = KeyValueOperation(rawValue: function.operation) { return try await services.values.perform(operation, open, hook: hook.name, now: run.now) }
        if let operation = FileOperation(rawValue: function.operation) { return try await services.files.perform(operation, open, rights) }
        if let operation = HTTPMethod(rawValue: function.operation) { return try await services.http.perform(operation, open, rights) }
        throw HostCallFailure(.code, "\(function.label) is declared and nobody does it")
    }
}

/// Who does what hooks ask for.
struct HookServices: Sendable {
    let host: any HookHost
    let secrets: SecretVault
    let values: KeyValueDesk
    let files: FileDesk
    let http: HTTPDesk
    let metrics: HookMetrics
    let waiter: DescriptorWaiter
    let log: HookLog
}
