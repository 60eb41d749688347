internal import Synchronization

/// Answers a handler from a recording: the same calls in the same order get the same results, and nothing is done.
///
/// Used to look at an event again, with the same hooks or with edited ones, and to bring a handler to where it stood before what
/// it did is undone.
final class HookReplay: Sendable {
    /// Where hook and recording part.
    struct Divergence: Hashable, Sendable {
        /// The number of the call in the recording.
        let sequence: Int
        let message: String
        let place: HookPlace?
    }

    private struct State {
        var rest: ArraySlice<HookCallRecord>
        var divergence: Divergence?
        var count = 0
    }

    private let state: Mutex<State>
    private let files: [String: String]
    private let names: [Int64: String]
    private let goesOn: Bool
    let clock = AnswerClock()

    /// `calls` are one handler's, in order. With `goesOn` the process is used after the recording has ended, so that nothing of it is final.
    init(_ calls: [HookCallRecord], files: [String: String], names: [Int64: String] = [:], goesOn: Bool = false) {
        state = Mutex(State(rest: calls[...]))
        self.files = files
        self.names = names
        self.goesOn = goesOn
    }

    var divergence: Divergence? { state.withLock(\.divergence) }
    /// Calls that were answered.
    var count: Int { state.withLock(\.count) }
    /// The first call of the recording that the handler did not ask for.
    var unasked: HookCallRecord? { state.withLock { $0.rest.first } }

    /// The recorded answer. At the recording's end, and where hook and recording part, a failure that every later call gets too.
    func perform(_ request: HookRequest) -> Result<HookValue, HostCallFailure> {
        state.withLock { state in
            if let divergence = state.divergence { return .failure(HostCallFailure(.replay, divergence.message)) }
            guard let call = Self.take(request, &state, files, names), let result = call.result, let ended = call.ended else {
                return .failure(HostCallFailure(.replay, state.divergence?.message ?? "the recording ends here: what comes next was not done"))
            }
            clock.set(ended)
            if goesOn, case .failure(let failure) = result, failure.isFinal { return .failure(HostCallFailure(.replay, failure.message)) }
            return result
        }
    }

    /// The record of a call, and of those that it begins.
    private static func take(_ request: HookRequest, _ state: inout State, _ files: [String: String], _ names: [Int64: String]) -> HookCallRecord? {
        guard let call = state.rest.popFirst() else { return nil }
        guard call.asksTheSame(as: request) else {
            state.divergence = Divergence(sequence: call.sequence, message: difference(call, request, names), place: request.place)
            return nil
        }
        state.count += 1
        guard request.operation == "together" else { return call }
        for child in request.arguments["begin"].list ?? [] {
            guard take(HookRequest(child: child, files: files), &state, files, names) != nil else { return nil }
        }
        return call
    }

    /// Named shortly; where both are about the same, with their arguments.
    private static func difference(_ call: HookCallRecord, _ request: HookRequest, _ names: [Int64: String]) -> String {
        let place = request.place.map { " (\($0))" } ?? ""
        var then = HookCallRecord.words(call.operation, call.arguments, names), now = HookCallRecord.words(request.operation, request.arguments, names)
        if then == now { (then, now) = (then + " " + call.arguments.words(limit: 200), now + " " + request.arguments.words(limit: 200)) }
        return "effect \(call.sequence): recorded `\(then)`, now asks `\(now)`\(place)"
    }
}
