internal import Synchronization

/// Turns host names into addresses on threads of its own, because the C library's resolver blocks.
///
/// Keeps the last good answer: a resolver that is down must not take the databases with it. One name is asked for once at a
/// time, and so many names at once as there are threads.
package final class HostResolver: Sendable {
    /// Names that are asked for at one time: a name server that does not answer holds a thread for many seconds.
    static let mostThreads = 8
    /// Names that are remembered; beyond, those that nobody waits for are forgotten.
    static let mostNames = 1024

    private typealias Answer = CheckedContinuation<[SocketAddress], Never>

    private struct Entry {
        var addresses: [SocketAddress] = []
        var resolvedAt: Monotonic?
        var isResolving = false
        /// By ticket, so that one who gives up can be let go.
        var waiting: [UInt64: Answer] = [:]
    }

    private struct State {
        var entries: [HostName: Entry] = [:]
        var lastTicket: UInt64 = 0
        var threads = 0
        /// Names that wait for a thread; each is in `entries` as being resolved.
        var queue: [HostName] = []
        var observers: [UInt64: Observer] = [:]

        mutating func ticket() -> UInt64 {
            lastTicket += 1
            return lastTicket
        }
    }

    /// Stands for the C library's resolver: every address of a host, empty when there is none.
    package typealias LookUp = @Sendable (_ host: String, _ port: Int) -> [SocketAddress]
    /// Is told a name's addresses when they are others than before; must return soon.
    typealias Observer = @Sendable (HostName, [SocketAddress]) -> Void

    private let state = Mutex(State())
    private let refresh: Duration
    private let lookUp: LookUp

    /// `refresh`: how old an answer may grow before it is asked for again, in the background.
    package init(refresh: Duration, lookUp: @escaping LookUp = { SocketAddress.resolve($0, port: $1) }) {
        self.refresh = refresh
        self.lookUp = lookUp
    }

    /// The addresses of a host in the resolver's order, at once for what is no name and for names asked for before; empty
    /// when the name has none, or when the task is cancelled before there is an answer.
    package func addresses(of name: HostName) async -> [SocketAddress] {
        if let direct = name.direct { return [direct] }
        let ticket = state.withLock { $0.ticket() }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { ask(name, ticket, $0) }
        } onCancel: {
            state.withLock { $0.entries[name]?.waiting.removeValue(forKey: ticket) }?.resume(returning: [])
        }
    }

    /// Asks for a name again whatever is known of it. Returns at once; an observer hears of a change.
    func ask(again name: HostName) {
        let mayAsk = state.withLock { state in
            guard var entry = Self.entry(of: name, in: &state), !entry.isResolving else { return false }
            entry.isResolving = true
            state.entries[name] = entry
            return true
        }
        if mayAsk { resolve(name) }
    }

    /// What is known of a name, without asking.
    func known(_ name: HostName) -> [SocketAddress] { state.withLock { $0.entries[name]?.addresses } ?? [] }

    /// Every change of any name is told to `observer`, from some thread, until `stopObserving`.
    func observe(_ observer: @escaping Observer) -> UInt64 {
        state.withLock { state in
            let ticket = state.ticket()
            state.observers[ticket] = observer
            return ticket
        }
    }

    func stopObserving(_ ticket: UInt64) { state.withLock { _ = $0.observers.removeValue(forKey: ticket) } }

    private func ask(_ name: HostName, _ ticket: UInt64, _ answer: Answer) {
        let (known, mustResolve): ([SocketAddress]?, Bool) = state.withLock { state in
            guard var entry = Self.entry(of: name, in: &state) else { return ([], false) }
            defer { state.entries[name] = entry }
            let isStale = entry.resolvedAt.map { Monotonic.now() - $0 > refresh } ?? true
            let mustResolve = isStale && !entry.isResolving
            if mustResolve { entry.isResolving = true }
            if !entry.addresses.isEmpty { return (entry.addresses, mustResolve) }
            // A cancellation comes before the ticket is in the table, and then finds nothing, or after.
            if Task.isCancelled { return ([], mustResolve) }
            entry.waiting[ticket] = answer
            return (nil, mustResolve)
        }
        if let known { answer.resume(returning: known) }
        if mustResolve { resolve(name) }
    }

    /// A name's entry, or a new one; nil where `mostNames` are being resolved already.
    private static func entry(of name: HostName, in state: inout State) -> Entry? {
        if let entry = state.entries[name] { return entry }
        if state.entries.count >= mostNames { state.entries = state.entries.filter { $0.value.isResolving || !$0.value.waiting.isEmpty } }
        return state.entries.count < mostNames ? Entry() : nil
    }

    /// On a thread of its own, or after those that are ahead.
    private func resolve(_ name: HostName) {
        let needsThread = state.withLock { state in
            guard state.threads < Self.mostThreads else {
                state.queue.append(name)
                return false
            }
            state.threads += 1
            return true
        }
        guard needsThread else { return }
        do {
            try spawn(name: "resolver") { [weak self, lookUp] in
                var next: HostName? = name
                while let name = next {
                    let found = lookUp(name.host, name.port)
                    self?.finish(name, found)
                    next = self?.nextInQueue()
                }
            }
        } catch {
            finish(name, [])
            // Who waits for a thread that cannot be had is told so, too.
            while let name = nextInQueue() { finish(name, []) }
        }
    }

    /// The next name for a thread that is free; nil ends the thread.
    private func nextInQueue() -> HostName? {
        state.withLock { state in
            if !state.queue.isEmpty { return state.queue.removeFirst() }
            state.threads -= 1
            return nil
        }
    }

    private func finish(_ name: HostName, _ found: [SocketAddress]) {
        let (waiting, answer, observers) = state.withLock { state in
            var entry = state.entries[name] ?? Entry()
            let isNew = !found.isEmpty && found != entry.addresses
            if isNew { entry.addresses = found }
            // A failure is asked again at the next need; an answer only when it has grown old.
            entry.resolvedAt = found.isEmpty ? nil : .now()
            entry.isResolving = false
            let waiting = entry.waiting
            entry.waiting = [:]
            state.entries[name] = entry
            return (waiting, entry.addresses, isNew ? Array(state.observers.values) : [])
        }
        for continuation in waiting.values { continuation.resume(returning: answer) }
        for observer in observers { observer(name, answer) }
    }
}
