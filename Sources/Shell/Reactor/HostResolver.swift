internal import Synchronization

/// Turns host names into addresses on threads of its own, because the C library's resolver blocks.
///
/// Keeps the last good answer: a resolver that is down must not take the databases with it. At most one thread a name.
package final class HostResolver: Sendable {
    private struct Name: Hashable {
        let host: String
        let port: Int
    }

    private typealias Answer = CheckedContinuation<[SocketAddress], Never>

    private struct Entry {
        var addresses: [SocketAddress] = []
        var resolvedAt: Monotonic?
        var isResolving = false
        /// By ticket, so that one who gives up can be let go.
        var waiting: [UInt64: Answer] = [:]
    }

    private struct State {
        var entries: [Name: Entry] = [:]
        var lastTicket: UInt64 = 0
    }

    /// Stands for the C library's resolver: every address of a host, empty when there is none.
    package typealias LookUp = @Sendable (_ host: String, _ port: Int) -> [SocketAddress]

    private let state = Mutex(State())
    private let refresh: Duration
    private let lookUp: LookUp

    /// `refresh`: how old an answer may grow before it is asked for again, in the background.
    package init(refresh: Duration, lookUp: @escaping LookUp = { SocketAddress.resolve($0, port: $1) }) {
        self.refresh = refresh
        self.lookUp = lookUp
    }

    /// The addresses of a host in the resolver's order, at once for numeric hosts and names asked for before; empty
    /// when the name has none, or when the task is cancelled before there is an answer.
    package func addresses(of host: String, port: Int) async -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) { return [numeric] }
        let name = Name(host: host, port: port)
        let ticket = state.withLock { state in
            state.lastTicket += 1
            return state.lastTicket
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { ask(name, ticket, $0) }
        } onCancel: {
            state.withLock { $0.entries[name]?.waiting.removeValue(forKey: ticket) }?.resume(returning: [])
        }
    }

    private func ask(_ name: Name, _ ticket: UInt64, _ answer: Answer) {
        let (known, mustResolve): ([SocketAddress]?, Bool) = state.withLock { state in
            var entry = state.entries[name] ?? Entry()
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

    private func resolve(_ name: Name) {
        do {
            try spawn(name: "resolver") { [weak self, lookUp] in self?.finish(name, lookUp(name.host, name.port)) }
        } catch {
            finish(name, [])
        }
    }

    private func finish(_ name: Name, _ found: [SocketAddress]) {
        let (waiting, answer) = state.withLock { state in
            var entry = state.entries[name] ?? Entry()
            if !found.isEmpty { entry.addresses = found }
            // A failure is asked again at the next need; an answer only when it has grown old.
            entry.resolvedAt = found.isEmpty ? nil : .now()
            entry.isResolving = false
            let waiting = entry.waiting
            entry.waiting = [:]
            state.entries[name] = entry
            return (waiting, entry.addresses)
        }
        for continuation in waiting.values { continuation.resume(returning: answer) }
    }
}
