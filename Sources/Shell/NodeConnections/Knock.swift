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

    /// Whether a PostgreSQL at the address says yes or no when it is asked for TLS, so that whatever goes wrong behind that is about TLS.
    static func answersTLSRequest(_ address: SocketAddress, until deadline: Monotonic, _ waiter: DescriptorWaiter) async -> Bool {
        let descriptor: Int32
        do { descriptor = try Socket.connect(to: address) } catch { return false }
        defer { Socket.close(descriptor) }
        guard await waiter.wait(for: descriptor, .writable, until: deadline) == .ready, Socket.connectError(descriptor) == nil else { return false }
        let request: [UInt8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F]
        guard request.withUnsafeBytes({ Socket.send(descriptor, $0) }) == .bytes(request.count),
              await waiter.wait(for: descriptor, .readable, until: deadline) == .ready else { return false }
        var answer: UInt8 = 0
        return withUnsafeMutableBytes(of: &answer) { Socket.receive(descriptor, into: $0) } == .bytes(1) && [UInt8(ascii: "S"), UInt8(ascii: "N")].contains(answer)
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
