internal import Synchronization

/// A gate that opens once and stays open; tasks wait at it without blocking a thread.
package final class Latch: Sendable {
    private enum State {
        case shut(waiting: [CheckedContinuation<Void, Never>])
        case open
    }

    private let state = Mutex(State.shut(waiting: []))

    package init() {}

    /// Lets everyone through, now and from now on.
    package func open() {
        let waiting: [CheckedContinuation<Void, Never>] = state.withLock { state in
            guard case .shut(let waiting) = state else { return [] }
            state = .open
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns once the latch is open; does not heed cancellation.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                guard case .shut(let waiting) = state else { return true }
                state = .shut(waiting: waiting + [continuation])
                return false
            }
            if isOpen { continuation.resume() }
        }
    }
}
