import PostgresWire
import Sessions
import Settings

/// A session in transaction pooling and the one backend there is, and what a shard does with both for one exchange.
final class Conversation {
    private let session: FrontendSession
    private let backend: BackendState
    private var library = StatementLibrary(shard: 0)
    private var frontendScanner = FrameScanner(.frontend, gathering: 64 << 10), backendScanner = FrameScanner(.node, gathering: 64 << 10)
    private var requests = MessageWriter()

    /// Logged in, and with no backend.
    init() {
        let startup = StartupMessage(user: "anna", database: "shop", parameters: [.init("application_name", "pgbench")])
        session = FrontendSession(startup, key: BackendKey(process: 1, secret: 2), mode: .transaction)
        var parameters = ServerParameters()
        for (name, value) in Self.reported { parameters.set(name, to: value) }
        backend = BackendState(parameters)
        session.authenticated()
        _ = session.greeted(with: Welcome(parameters))
        // What the client asked for is set on the backend once.
        if let text = session.alignment(of: backend) {
            var interlude = Interlude(aligning: text, with: session.settings)
            _ = interlude.begin()
            _ = [UInt8(ascii: "I")].withUnsafeBytes { interlude.received(.readyForQuery, $0, isWhole: true, backend) }
        }
    }

    /// What a node of version 15 reports.
    private static let reported = [
        ("in_hot_standby", "off"), ("integer_datetimes", "on"), ("TimeZone", "Etc/UTC"), ("IntervalStyle", "postgres"), ("is_superuser", "off"),
        ("application_name", ""), ("default_transaction_read_only", "off"), ("session_authorization", "anna"), ("server_version", "15.0"),
        ("server_encoding", "UTF8"), ("client_encoding", "UTF8"), ("DateStyle", "ISO, MDY"), ("standard_conforming_strings", "on"),
    ]

    /// One batch of the client and the node's answer to it, from check-out to check-in.
    func exchange(_ asked: [UInt8], _ answered: [UInt8]) {
        asked.withUnsafeBytes { ask($0) }
        let isFree = answered.withUnsafeBytes { answer($0) }
        precondition(isFree, "the backend is not free at the end of a transaction")
        session.detached()
        blackHole(requests.bytes.count)
        requests.clear(keeping: 1 << 20)
    }

    private func ask(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset < bytes.count {
            let before = frontendScanner
            let (kind, body, size) = Self.next(&frontendScanner, bytes, offset)
            guard let kind = FrontendMessageKind(rawValue: kind), let body else { preconditionFailure("a message that the scanner let through") }
            let action = session.isAttached ? session.received(kind, body, isWhole: true, for: backend, &library) : session.received(kind, body, &library)
            switch action {
            case .needBackend:
                frontendScanner = before
                checkOut()
                continue
            case .forward: break
            case .rewrite: session.rewritten(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + size]), into: &requests)
            case .swallow, .reply, .awaitAnswers, .administer, .terminate, .close: preconditionFailure("\(action) in an ordinary transaction")
            }
            offset += size
        }
    }

    private func checkOut() {
        precondition(session.alignment(of: backend) == nil, "settings that were not kept")
        blackHole(session.attached(backend))
    }

    /// Whether the backend is free then.
    private func answer(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let (kind, body, size) = Self.next(&backendScanner, bytes, offset)
            offset += size
            guard let body else { continue }
            guard let kind = BackendMessageKind(rawValue: kind) else { preconditionFailure("a message that the scanner let through") }
            let reaction = session.answered(kind, body, isWhole: true, by: backend)
            switch reaction {
            case .forward, .swallow: break
            case .release: return offset == bytes.count && session.isReleasing(backend)
            case .loggedIn, .keep, .close, .lost, .crashing, .unreplicated: preconditionFailure("\(reaction) in an ordinary transaction")
            }
        }
        return false
    }

    /// Without a body: what passes.
    private static func next(_ scanner: inout FrameScanner, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> (kind: UInt8, body: UnsafeRawBufferPointer?, size: Int) {
        do {
            switch try scanner.next(bytes, at: offset) {
            case .message(let kind, let body, let size, isWhole: true): return (kind, body, size)
            case .passing(let count): return (0, nil, count)
            case .message, .incomplete, nil: preconditionFailure("a piece of a stream of small whole messages")
            }
        } catch { preconditionFailure("\(error)") }
    }
}
