internal import Reactor
internal import Synchronization

/// A program that runs while its hook hears its lines: begun by one call, its lines and then its result taken by others.
final class LiveProgram: Sendable {
    /// What there is to be told.
    enum News: Sendable {
        case lines([String])
        case ended(Result<HookValue, HostCallFailure>)
    }

    private struct State {
        var lines: [String] = []
        var result: Result<HookValue, HostCallFailure>?
        var task: Task<Void, Never>?
        var isCancelled = false
        var listener: CheckedContinuation<Void, Never>?
        var told: Monotonic
    }

    private let state: Mutex<State>
    private let waiter: DescriptorWaiter
    private let began = Monotonic.now()
    /// Told at once; of a program that prints millions the rest comes next.
    private static let batch = (lines: 10_000, bytes: 1 << 20)

    /// `body` runs the program; it is given who hears the lines.
    init(_ waiter: DescriptorWaiter, _ body: @escaping @Sendable (@escaping @Sendable (String) -> Void) async -> Result<HookValue, HostCallFailure>) {
        self.waiter = waiter
        state = Mutex(State(told: began))
        let task = Task { self.end(await body { self.hear($0) }) }
        let isCancelled = state.withLock { state in
            state.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    /// Ends the program.
    func cancel() {
        let task = state.withLock { state in
            state.isCancelled = true
            return state.task
        }
        task?.cancel()
    }

    private func hear(_ line: String) {
        // Over several lines there is nothing to be said of an empty one.
        guard !line.isEmpty else { return }
        change { $0.lines.append(line) }
    }

    private func end(_ result: Result<HookValue, HostCallFailure>) { change { $0.result = result } }

    private func change(_ body: (inout State) -> Void) {
        let listener = state.withLock { state in
            body(&state)
            defer { state.listener = nil }
            return state.listener
        }
        listener?.resume()
    }

    /// Returns when there is something new. Cancelling the task ends the program.
    func next() async -> News {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isNow = state.withLock { state in
                    if state.result != nil || !state.lines.isEmpty { return true }
                    state.listener = continuation
                    return false
                }
                if isNow { continuation.resume() }
            }
            await rest()
        } onCancel: { cancel() }
        return state.withLock { state in
            state.told = .now()
            if state.lines.isEmpty, let result = state.result { return .ended(result) }
            var bytes = 0
            let count = max(1, state.lines.prefix(Self.batch.lines).prefix { line in bytes += line.utf8.count; return bytes <= Self.batch.bytes }.count)
            defer { state.lines.removeFirst(min(count, state.lines.count)) }
            return .lines(Array(state.lines.prefix(count)))
        }
    }

    /// Lines are told ten times in a second, then more and more seldom: a hook has a limit of calls, and programs may run for hours.
    private func rest() async {
        let due = state.withLock(\.told) + max(.milliseconds(100), (Monotonic.now() - began) / 1000)
        while !Task.isCancelled, Monotonic.now() < due, state.withLock({ $0.result == nil && $0.lines.count < Self.batch.lines }) {
            await waiter.sleep(min(.milliseconds(50), due - .now()))
        }
    }
}

extension HookEffects {
    /// Begins a program and gives its first lines; `lines` gives what follows.
    func follow(_ call: HostCall, _ context: EffectContext) async throws(HostCallFailure) -> HookValue {
        let host = services.host
        let program = LiveProgram(services.waiter) { line in
            do throws(HostCallFailure) { return .success(try await host.perform(call, in: context, line: line)) } catch { return .failure(error) }
        }
        let number = Int64(programs.count + 1)
        programs[number] = program
        return try await news(of: program, number)
    }

    /// The next lines of a program, or its result; with `ends` it is ended.
    func lines(_ arguments: HostArguments) async throws(HostCallFailure) -> HookValue {
        guard let number = arguments["command"].integer, let program = programs[number] else { throw HostCallFailure(.code, "no such program runs") }
        if arguments.isSet("ends") {
            program.cancel()
            return .none
        }
        return try await news(of: program, number)
    }

    private func news(of program: LiveProgram, _ number: Int64) async throws(HostCallFailure) -> HookValue {
        switch await program.next() {
        case .lines(let lines): return ["running": .integer(number), "lines": .list(lines.map(HookValue.text))]
        case .ended(let result): return try result.get()
        }
    }
}
