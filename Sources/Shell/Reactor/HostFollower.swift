/// Keeps the addresses of some host names known and fresh, and says when one changes: for loops, which cannot wait for an answer.
package final class HostFollower: Sendable {
    private let thread: LoopThread<FollowerLoop>

    /// `report` gets what is known of every name followed, from the follower's thread, whenever that changed; a name without an
    /// answer yet is not in it. Names are asked for again every `refresh`. Fails only when threads or descriptors ran out.
    package init(_ resolver: HostResolver, refresh: Duration, report: @escaping @Sendable ([HostName: [SocketAddress]]) -> Void) throws(SocketError) {
        thread = try LoopThread(name: "names", mailboxCapacity: 64) { FollowerLoop($0, resolver, refresh, report) }
    }

    /// Follows these names from now on, and no others.
    package func follow(_ names: [HostName]) { _ = thread.mailbox.postAlways(.follow(names)) }

    /// Says nothing any more.
    package func stop() { _ = thread.mailbox.postAlways(.stop) }
}

/// The loop of a follower's thread: it only waits, the resolver's threads ask.
final class FollowerLoop: EventHandler {
    enum Message: Sendable {
        case follow([HostName])
        case found(HostName, [SocketAddress])
        case stop
    }

    /// How soon a name that has no address is asked for again; somebody waits for it.
    static let impatience = Duration.seconds(1)
    private static let timer = Token(bits: 1)

    private let reactor: Reactor<FollowerLoop>
    private let resolver: HostResolver
    private let refresh: Duration
    private let report: @Sendable ([HostName: [SocketAddress]]) -> Void
    private let ticket: UInt64
    private var names: Set<HostName> = []
    private var known: [HostName: [SocketAddress]] = [:]
    private var alarm: TimerID?
    private var isStopped = false

    init(_ reactor: Reactor<FollowerLoop>, _ resolver: HostResolver, _ refresh: Duration, _ report: @escaping @Sendable ([HostName: [SocketAddress]]) -> Void) {
        self.reactor = reactor
        self.resolver = resolver
        self.refresh = refresh
        self.report = report
        let mailbox = reactor.mailbox
        // The latest answer counts, and one that finds the loop ended is nobody's.
        ticket = resolver.observe { _ = mailbox.postAlways(.found($0, $1)) }
    }

    func received(_ message: Message) {
        if isStopped { return }
        switch message {
        case .follow(let wanted): follow(wanted)
        case .found(let name, let addresses): if names.contains(name) { learn([name: addresses]) }
        case .stop:
            isStopped = true
            resolver.stopObserving(ticket)
            reactor.stop()
        }
    }

    func timerFired(_ token: Token) { askAgain() }

    func ready(_ token: Token, _ readiness: Readiness) { preconditionFailure("a follower watches no descriptor") }

    private func follow(_ wanted: [HostName]) {
        names = Set(wanted)
        known = known.filter { names.contains($0.key) }
        var found: [HostName: [SocketAddress]] = [:]
        for name in names where known[name] == nil {
            let addresses = name.direct.map { [$0] } ?? resolver.known(name)
            if addresses.isEmpty { resolver.ask(again: name) } else { found[name] = addresses }
        }
        learn(found)
        setAlarm()
    }

    private func learn(_ found: [HostName: [SocketAddress]]) {
        let before = known
        known.merge(found) { $1 }
        if known != before { report(known) }
    }

    private func askAgain() {
        for name in names where !name.isDirectory && name.direct == nil { resolver.ask(again: name) }
        setAlarm()
    }

    private func setAlarm() {
        if let alarm { reactor.cancelTimer(alarm) }
        let isMissing = names.contains { known[$0] == nil }
        alarm = reactor.setTimer(Self.timer, at: Monotonic.now() + (isMissing ? min(Self.impatience, refresh) : refresh))
    }
}
