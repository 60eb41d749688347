internal import Synchronization

/// Turns host names into addresses on threads of its own, because the C library's resolver blocks.
///
/// Keeps the last good answer: a resolver that is down must not take the databases with it.
package final class HostResolver: Sendable {
    private struct Entry {
        var addresses: [SocketAddress] = []
        var resolvedAt: Monotonic?
        var isResolving = false
        var waiting: [CheckedContinuation<[SocketAddress], Never>] = []
    }

    private let entries = Mutex<[String: Entry]>([:])
    private let refresh: Duration

    /// `refresh`: how old an answer may grow before it is asked for again, in the background.
    package init(refresh: Duration) { self.refresh = refresh }

    /// The addresses of a host in the resolver's order, at once for numeric hosts and names asked for before; empty
    /// when the name has none.
    package func addresses(of host: String, port: Int) async -> [SocketAddress] {
        if let numeric = SocketAddress(numeric: host, port: port) { return [numeric] }
        return await withCheckedContinuation { continuation in
            let (known, mustResolve) = entries.withLock { entries in
                let key = "\(host):\(port)"
                var entry = entries[key] ?? Entry()
                defer { entries[key] = entry }
                let isStale = entry.resolvedAt.map { Monotonic.now() - $0 > refresh } ?? true
                let mustResolve = isStale && !entry.isResolving
                if mustResolve { entry.isResolving = true }
                if !entry.addresses.isEmpty { return (entry.addresses, mustResolve) }
                entry.waiting.append(continuation)
                return ([], mustResolve)
            }
            if !known.isEmpty { continuation.resume(returning: known) }
            if mustResolve { resolve(host, port) }
        }
    }

    private func resolve(_ host: String, _ port: Int) {
        do {
            try spawn(name: "resolver") { [weak self] in self?.finish(host, port, SocketAddress.resolve(host, port: port)) }
        } catch {
            finish(host, port, [])
        }
    }

    private func finish(_ host: String, _ port: Int, _ found: [SocketAddress]) {
        let (waiting, answer) = entries.withLock { entries in
            let key = "\(host):\(port)"
            var entry = entries[key] ?? Entry()
            if !found.isEmpty { entry.addresses = found }
            // A failure is asked again at the next need; an answer only when it has grown old.
            entry.resolvedAt = found.isEmpty ? nil : .now()
            entry.isResolving = false
            let waiting = entry.waiting
            entry.waiting = []
            entries[key] = entry
            return (waiting, entry.addresses)
        }
        for continuation in waiting { continuation.resume(returning: answer) }
    }
}
