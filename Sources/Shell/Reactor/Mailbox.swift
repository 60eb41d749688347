internal import CLinux
internal import Glibc
internal import Synchronization

/// How other threads speak to a loop: a bounded queue and an eventfd that wakes it.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var waiting: [Message] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int
    let descriptor: Int32

    /// `capacity`: messages that may wait for the loop before `post` refuses.
    init(capacity: Int) throws(SocketError) {
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard descriptor >= 0 else { throw SocketError("eventfd") }
        self.capacity = capacity
    }

    deinit { Glibc.close(descriptor) }

    /// Hands `message` to the loop. False where the loop has ended or `capacity` messages wait already: nothing was sent.
    package func post(_ message: Message) -> Bool { append(message, whileBelow: capacity) }

    /// Like `post`, but never refused for want of room: for messages of which the sender keeps a bounded number under way.
    /// False where the loop has ended.
    package func postAlways(_ message: Message) -> Bool { append(message, whileBelow: .max) }

    private func append(_ message: Message, whileBelow limit: Int) -> Bool {
        let (accepted, wasEmpty) = state.withLock { state in
            guard !state.isClosed, state.waiting.count < limit else { return (false, false) }
            state.waiting.append(message)
            return (true, state.waiting.count == 1)
        }
        if wasEmpty { wake() }
        return accepted
    }

    /// Moves everything that waits to the end of `messages`.
    func drain(into messages: inout [Message]) {
        var count: UInt64 = 0
        read(descriptor, &count, 8)
        state.withLock { state in
            messages.append(contentsOf: state.waiting)
            state.waiting.removeAll(keepingCapacity: true)
        }
    }

    /// Refuses messages from now on, and returns those that were accepted and not yet drained.
    func close() -> [Message] {
        state.withLock { state in
            defer { state = State(waiting: [], isClosed: true) }
            return state.waiting
        }
    }

    private func wake() {
        var one: UInt64 = 1
        write(descriptor, &one, 8)
    }
}
