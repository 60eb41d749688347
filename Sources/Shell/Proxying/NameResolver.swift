internal import Reactor

/// A thread that looks up the names of nodes and hands the addresses to the shards; the last good ones are kept.
///
/// Looking up blocks, so it has a loop of its own that may.
final class NameResolver: EventHandler {
    enum Message: Sendable {
        case resolve([NodeEndpoint])
        case stop
    }

    private let reactor: Reactor<NameResolver>
    private let refresh: Duration
    private let report: @Sendable ([NodeEndpoint: [SocketAddress]]) -> Void
    private var endpoints: [NodeEndpoint] = []
    private var known: [NodeEndpoint: [SocketAddress]] = [:]
    private static let timer = Token(bits: 1)
    /// How soon a name that has no address is looked up again; its sessions wait for it.
    private static let impatience = Duration.seconds(1)

    init(_ reactor: Reactor<NameResolver>, refresh: Duration, report: @escaping @Sendable ([NodeEndpoint: [SocketAddress]]) -> Void) {
        self.reactor = reactor
        self.refresh = refresh
        self.report = report
        reactor.setTimer(Self.timer, at: reactor.now + min(Self.impatience, refresh))
    }

    func received(_ message: Message) {
        switch message {
        case .resolve(let endpoints):
            self.endpoints = endpoints
            known = known.filter { endpoints.contains($0.key) }
            lookUp(endpoints.filter { known[$0] == nil })
        case .stop: reactor.stop()
        }
    }

    func timerFired(_ token: Token) {
        lookUp(endpoints)
        let isMissing = endpoints.contains { known[$0] == nil }
        reactor.setTimer(Self.timer, at: Monotonic.now() + (isMissing ? min(Self.impatience, refresh) : refresh))
    }

    func ready(_ token: Token, _ readiness: Readiness) { preconditionFailure("the resolver watches no descriptor") }

    private func lookUp(_ endpoints: [NodeEndpoint]) {
        var changed = false
        for endpoint in endpoints {
            let found = endpoint.direct.map { [$0] } ?? SocketAddress.resolve(endpoint.host, port: endpoint.port)
            if found.isEmpty || known[endpoint] == found { continue }
            known[endpoint] = found
            changed = true
        }
        if changed { report(known) }
    }
}
