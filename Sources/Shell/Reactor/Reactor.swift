internal import CLinux
internal import Glibc

/// What a loop calls when something happened; one per loop, and only ever on the loop's thread.
package protocol EventHandler: AnyObject, SendableMetatype {
    /// What other threads may tell this loop.
    associatedtype Message: Sendable
    /// `token` is the one the descriptor was registered with. May close descriptors, also others of the same batch:
    /// a token of a closed one can still arrive in this turn, so owners put a generation in it.
    func ready(_ token: Token, _ readiness: Readiness)
    /// A timer set by `Reactor.setTimer` came due.
    func timerFired(_ token: Token)
    /// A message from another thread; in the order of sending.
    func received(_ message: Message)
    /// The batch is through: the place to free what this turn closed.
    func turnEnded()
}

extension EventHandler {
    /// Nothing to do at the end of a turn.
    package func turnEnded() {}
}

/// One epoll loop on one thread: descriptors, timers, and messages from other threads.
///
/// Not `Sendable`: it lives and dies on the thread that `LoopThread` made for it. Level-triggered, so a handler
/// may leave bytes unread and be told again, unless it asks for `Interest.edge`.
/// Source: epoll(7).
package final class Reactor<Handler: EventHandler> {
    /// What other threads may tell this loop.
    package typealias Message = Handler.Message

    /// How many ready descriptors one turn takes from the kernel; more wait for the next turn.
    private static var batch: Int { 256 }

    private let descriptor: Int32
    /// How other threads, and those who answer them, speak to this loop.
    package let mailbox: Mailbox<Message>
    private let events: UnsafeMutablePointer<epoll_event>
    private var timers = TimerQueue()
    private var isStopping = false
    private var messages: [Message] = []
    /// The time at the start of this turn; reading the clock once a turn is enough for every timeout.
    package private(set) var now = Monotonic.now()

    /// Fails only when the process has no descriptor left.
    init(mailbox: Mailbox<Message>) throws(SocketError) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SocketError("epoll_create1") }
        self.mailbox = mailbox
        events = .allocate(capacity: Self.batch)
        try add(mailbox.descriptor, Token.mailbox, .readable)
    }

    deinit {
        events.deallocate()
        close(descriptor)
    }

    /// Starts telling the handler about `socket` under `token`.
    package func add(_ socket: Int32, _ token: Token, _ interest: Interest) throws(SocketError) {
        guard control(EPOLL_CTL_ADD, socket, token, interest) else { throw SocketError("epoll_ctl") }
    }

    /// Changes what the handler is told about; the socket must have been added.
    package func change(_ socket: Int32, _ token: Token, _ interest: Interest) {
        precondition(control(EPOLL_CTL_MOD, socket, token, interest), "epoll_ctl(MOD) on a descriptor that is not registered")
    }

    /// Stops telling the handler about `socket`. Closing a descriptor does the same where no copy of it exists.
    package func remove(_ socket: Int32) {
        var event = epoll_event()
        epoll_ctl(descriptor, EPOLL_CTL_DEL, socket, &event)
    }

    /// Calls `timerFired(token)` once `deadline` has passed. Timers with the same token are independent.
    @discardableResult
    package func setTimer(_ token: Token, at deadline: Monotonic) -> TimerID { timers.insert(token, deadline) }

    /// The timer does not fire; one that fired already is left alone.
    package func cancelTimer(_ id: TimerID) { timers.cancel(id) }

    /// Ends `run` after the current turn.
    package func stop() { isStopping = true }

    /// Serves until `stop()`.
    func run(_ handler: Handler) {
        while !isStopping {
            let count = epoll_wait(descriptor, events, Int32(Self.batch), timers.millisecondsUntilNext(from: Monotonic.now()))
            if count < 0 {
                precondition(errno == EINTR, "epoll_wait failed with errno \(errno)")
                continue
            }
            now = Monotonic.now()
            for index in 0..<Int(count) { dispatch(events[index], to: handler) }
            while let token = timers.popDue(at: now) { handler.timerFired(token) }
            handler.turnEnded()
        }
        // Nothing that was accepted is dropped: what came in during the last turn still reaches the handler.
        for message in mailbox.close() { handler.received(message) }
    }

    private func dispatch(_ event: epoll_event, to handler: Handler) {
        let token = Token(bits: event.data.u64)
        if token.bits == Token.mailbox.bits { deliver(to: handler) } else { handler.ready(token, Readiness(bits: event.events)) }
    }

    /// Apart from `dispatch`, so that a ready descriptor costs no look at the type of messages.
    @inline(never)
    private func deliver(to handler: Handler) {
        mailbox.drain(into: &messages)
        for message in messages { handler.received(message) }
        messages.removeAll(keepingCapacity: true)
    }

    private func control(_ operation: Int32, _ socket: Int32, _ token: Token, _ interest: Interest) -> Bool {
        var event = epoll_event()
        event.events = interest.bits
        event.data.u64 = token.bits
        return epoll_ctl(descriptor, operation, socket, &event) == 0
    }
}
