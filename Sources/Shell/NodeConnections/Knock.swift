internal import Glibc
internal import Reactor

/// Whether anything takes connections at an address, found out by trying: the kernel's codes are the same in every language.
enum Knock: Hashable {
    /// Something listens.
    case taken
    /// Nothing listens.
    case refused
    /// The network has no way there.
    case noWay
    /// No answer in time, or a listener with a full backlog.
    case silent
    /// This process cannot open connections.
    case unable

    static func at(_ address: SocketAddress, until deadline: Monotonic, _ waiter: DescriptorWaiter) async -> Knock {
        let descriptor: Int32
        do { descriptor = try Socket.connect(to: address) } catch { return Knock(error) }
        defer { Socket.close(descriptor) }
        guard await waiter.wait(for: descriptor, .writable, until: deadline) == .ready else { return .silent }
        return Socket.connectError(descriptor).map(Knock.init) ?? .taken
    }

    init(_ error: SocketError) {
        self = switch error.code {
        // ENOENT: the socket file is not there.
        case ECONNREFUSED, ECONNRESET, ENOENT: .refused
        case ENETUNREACH: .noWay
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EAFNOSUPPORT, EACCES, EPERM: .unable
        default: .silent
        }
    }

    /// What a login that ended with libpq's `words` was, when a knock right after it went so.
    func failure(_ words: String) -> NodeFailure {
        switch self {
        case .taken: .lost(words)
        case .refused: .refused(words)
        case .noWay: .unreachable(words)
        case .silent: .timedOut(words)
        case .unable: .unable(words)
        }
    }
}
