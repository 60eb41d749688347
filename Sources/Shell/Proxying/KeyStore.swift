internal import Reactor
internal import Sessions
internal import Synchronization

/// The SCRAM keys of passwords that are known in the clear, shared by the shards. Asked at logins only.
///
/// Keys take milliseconds to derive, so a thread derives them: before the users come where it can, else while the loop that
/// waits for them serves others.
final class KeyStore: Sendable {
    /// Users with keys; beyond, the store starts anew.
    static let capacity = 4096

    private let known = Mutex<[SCRAMOrigin: SCRAMKeys]>([:])
    private let thread: LoopThread<KeyDeriver>

    init() throws(SocketError) {
        thread = try LoopThread(name: "keys", mailboxCapacity: Self.capacity) { KeyDeriver($0) }
    }

    func isKnown(_ origin: SCRAMOrigin) -> Bool { find(origin) != nil }

    /// nil where they have to be derived.
    func find(_ origin: SCRAMOrigin) -> SCRAMKeys? { known.withLock { $0[origin] } }

    /// The keys, at once or after deriving them.
    func keys(_ origin: SCRAMOrigin) -> SCRAMKeys {
        if let keys = find(origin) { return keys }
        let keys = SCRAMKeys(origin)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[origin] = keys
        }
        return keys
    }

    /// Derives the keys on the thread and says so there. False where the thread has too much to do: it will say nothing.
    func prepare(_ origin: SCRAMOrigin, _ done: @escaping @Sendable () -> Void) -> Bool { thread.mailbox.post(.derive(origin, self, done)) }

    /// Has the keys of all these users derived, as many as are remembered.
    func prepare(_ origins: [SCRAMOrigin]) {
        for origin in origins.prefix(Self.capacity) where !prepare(origin, {}) { return }
    }

    func stop() { _ = thread.mailbox.postAlways(.stop) }
}

/// The loop of the thread that derives keys.
final class KeyDeriver: EventHandler {
    enum Message: Sendable {
        case derive(SCRAMOrigin, KeyStore, @Sendable () -> Void)
        case stop
    }

    private let reactor: Reactor<KeyDeriver>
    private var isStopping = false

    init(_ reactor: Reactor<KeyDeriver>) { self.reactor = reactor }

    func received(_ message: Message) {
        switch message {
        case .derive(let origin, let store, let done):
            // What is left at the end of the service nobody waits for.
            if !isStopping { _ = store.keys(origin) }
            done()
        case .stop:
            isStopping = true
            reactor.stop()
        }
    }

    func ready(_ token: Token, _ readiness: Readiness) { preconditionFailure("the thread for keys watches no descriptor") }
    func timerFired(_ token: Token) { preconditionFailure("the thread for keys has no timer") }
}
