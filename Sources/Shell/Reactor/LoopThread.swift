internal import CLinux
internal import Glibc

/// A thread that runs one loop until its handler stops it.
package struct LoopThread<Handler: EventHandler>: Sendable {
    /// How to speak to the loop.
    package let mailbox: Mailbox<Handler.Message>
    private let ended: Latch

    /// Starts the thread. `makeHandler` runs on it and is given the loop to register with; the loop ends when the
    /// handler calls `stop()`. `name` is what `ps -L` shows (15 bytes).
    package init(name: String, mailboxCapacity: Int, _ makeHandler: @escaping @Sendable (Reactor<Handler>) -> Handler) throws(SocketError) {
        let mailbox = try Mailbox<Handler.Message>(capacity: mailboxCapacity)
        // Made here, where running out of descriptors can still be reported, and handed whole to the new thread.
        nonisolated(unsafe) let reactor = try Reactor<Handler>(mailbox: mailbox)
        let ended = Latch()
        try spawn(name: name) {
            reactor.run(makeHandler(reactor))
            ended.open()
        }
        self.mailbox = mailbox
        self.ended = ended
    }

    /// Returns when the loop has ended. Suspends, never blocks a thread.
    package func waitUntilEnded() async { await ended.wait() }
}

/// Runs `body`, which may block, on a thread of its own and waits for its result; fails when there is no thread to be had.
package func onThread<Value: Sendable>(_ name: String, _ body: @escaping @Sendable () -> Value) async throws(SocketError) -> Value {
    let result: Result<Value, SocketError> = await withCheckedContinuation { continuation in
        do throws(SocketError) { try spawn(name: name) { continuation.resume(returning: .success(body())) } } catch { continuation.resume(returning: .failure(error)) }
    }
    return try result.get()
}

/// Runs `body` on a detached thread of its own.
func spawn(name: String, _ body: @escaping @Sendable () -> Void) throws(SocketError) {
    final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) { self.name = name; self.body = body }
    }
    var thread = pthread_t()
    let start = Unmanaged.passRetained(Start(name, body))
    let status = pthread_create(&thread, nil, { argument in
        guard let argument else { preconditionFailure("a thread started without its argument") }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        understudy_name_thread(start.name)
        start.body()
        return nil
    }, start.toOpaque())
    guard status == 0 else {
        start.release()
        throw SocketError("pthread_create", code: status)
    }
    pthread_detach(thread)
}
