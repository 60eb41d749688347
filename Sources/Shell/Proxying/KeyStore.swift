internal import Reactor
internal import Sessions
internal import Synchronization

/// The SCRAM keys of the users whose secrets are known, shared by the shards. Asked at logins only.
///
/// Keys take milliseconds to derive, so a thread derives them when a client's own login shows the salt; a shard does it
/// itself only where that has not happened, for instance because the password changed since.
final class KeyStore: Sendable {
    /// Users with keys; beyond, the store starts anew.
    static let capacity = 4096

    private let known = Mutex<[SCRAMOrigin: SCRAMKeys]>([:])
    private let thread: LoopThread<KeyDeriver>

    init() throws(SocketError) {
        thread = try LoopThread(name: "keys", mailboxCapacity: Self.capacity) { KeyDeriver($0) }
    }

    /// The keys, at once or after deriving them.
    func keys(_ origin: SCRAMOrigin) -> SCRAMKeys {
        if let keys = known.withLock({ $0[origin] }) { return keys }
        let keys = SCRAMKeys(origin)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[origin] = keys
        }
        return keys
    }

    /// Derives the keys on the thread unless they are known. Refused without harm when the thread has too much to do.
    func prepare(_ origin: SCRAMOrigin) {
        if known.withLock({ $0[origin] }) == nil { _ = thread.mailbox.post(.derive(origin, self)) }
    }

    func stop() { _ = thread.mailbox.postAlways(.stop) }
}

/// The loop of the thread that derives keys.
final class KeyDeriver: EventHandler {
    enum Message: Sendable {
        case derive(SCRAMOrigin, KeyStore)
        case stop
    }

    private let reactor: Reactor<KeyDeriver>

    init(_ reactor: Reactor<KeyDeriver>) { self.reactor = reactor }

    func received(_ message: Message) {
        switch message {
        case .derive(let origin, let store): _ = store.keys(origin)
        case .stop: reactor.stop()
        }
    }

    func ready(_ token: Token, _ readiness: Readiness) { preconditionFailure("the thread for keys watches no descriptor") }
    func timerFired(_ token: Token) { preconditionFailure("the thread for keys has no timer") }
}
