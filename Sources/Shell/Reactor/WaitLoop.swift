internal import Synchronization

/// The loop behind `DescriptorWaiter`: every wait ends exactly once, by readiness, deadline, cancellation or stop.
final class WaitLoop: EventHandler {
    struct Wait: Sendable {
        /// Negative: nothing but the deadline.
        let descriptor: Int32
        let interest: Interest
        let deadline: Monotonic
        let cancellation: Cancellation
        let continuation: CheckedContinuation<DescriptorWaiter.Outcome, Never>
    }

    /// Names a wait, and remembers a cancellation that overtook it on its way to the loop.
    final class Cancellation: Sendable {
        private static let last = Atomic<UInt64>(0)
        private let isSet = Atomic(false)
        let id = Cancellation.last.add(1, ordering: .relaxed).newValue

        var isRequested: Bool { isSet.load(ordering: .acquiring) }
        func request() { isSet.store(true, ordering: .releasing) }
    }

    enum Message: Sendable {
        case begin(Wait)
        case cancel(UInt64)
        case stop
    }

    private let reactor: Reactor<WaitLoop>
    private var waits: [UInt64: (wait: Wait, timer: TimerID)] = [:]
    private var isStopped = false

    init(_ reactor: Reactor<WaitLoop>) { self.reactor = reactor }

    func received(_ message: Message) {
        switch message {
        case .begin(let wait): begin(wait)
        case .cancel(let id): end(id, .timedOut)
        case .stop:
            isStopped = true
            for id in Array(waits.keys) { end(id, .timedOut) }
            reactor.stop()
        }
    }

    func ready(_ token: Token, _ readiness: Readiness) { end(token.bits, .ready) }

    func timerFired(_ token: Token) { end(token.bits, .timedOut) }

    private func begin(_ wait: Wait) {
        let token = Token(bits: wait.cancellation.id)
        if isStopped || wait.cancellation.isRequested || wait.deadline <= reactor.now {
            wait.continuation.resume(returning: .timedOut)
            return
        }
        if wait.descriptor >= 0 {
            do { try reactor.add(wait.descriptor, token, wait.interest) } catch {
                // The owner's next call on the descriptor reports what is wrong with it.
                wait.continuation.resume(returning: .ready)
                return
            }
        }
        waits[token.bits] = (wait, reactor.setTimer(token, at: wait.deadline))
    }

    private func end(_ id: UInt64, _ outcome: DescriptorWaiter.Outcome) {
        guard let (wait, timer) = waits.removeValue(forKey: id) else { return }
        if wait.descriptor >= 0 { reactor.remove(wait.descriptor) }
        reactor.cancelTimer(timer)
        wait.continuation.resume(returning: outcome)
    }
}
