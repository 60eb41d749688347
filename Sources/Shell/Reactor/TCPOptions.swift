internal import CLinux
internal import Glibc

/// How the kernel watches over a TCP connection; a Unix-domain socket needs none of it.
///
/// Source: tcp(7); PgBouncer's `tcp_*` parameters.
package struct TCPOptions: Hashable, Sendable {
    package var keepsAlive = true
    /// Silence before the first keepalive; zero is the system's own, as in the others.
    package var keepaliveIdle = Duration.seconds(60)
    /// Between two keepalives that were not answered.
    package var keepaliveInterval = Duration.seconds(15)
    /// Keepalives without an answer that end the connection.
    package var keepaliveCount = 4
    /// How long sent bytes may stay unacknowledged; half-open peers show only so.
    package var userTimeout = Duration.seconds(30)
    /// How long a connection that has said nothing is kept from the listener; zero is not at all.
    package var deferral = Duration.seconds(45)

    package init() {}

    /// Sets them, and no delay for small writes. What the kernel refuses stays as it is.
    func apply(to descriptor: Int32) {
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        if understudy_is_local(descriptor) == 1 { useReno(descriptor) }
        set(descriptor, SOL_SOCKET, SO_KEEPALIVE, keepsAlive ? 1 : 0)
        if keepsAlive {
            set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPIDLE, Self.seconds(keepaliveIdle))
            set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPINTVL, Self.seconds(keepaliveInterval))
            set(descriptor, Int32(IPPROTO_TCP), TCP_KEEPCNT, Int32(clamping: keepaliveCount))
        }
        let (whole, attoseconds) = userTimeout.components
        set(descriptor, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, Int32(clamping: whole * 1000 + attoseconds / 1_000_000_000_000_000))
    }

    /// Where nothing can be lost, the plainest congestion control will do: the models and pacing of BBR, where a host has that by
    /// default, are a twentieth of what a statement costs. A system that refuses keeps its own.
    private func useReno(_ descriptor: Int32) {
        let name = "reno"
        name.withCString { _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, $0, socklen_t(name.utf8.count)) }
    }

    /// Sets them on a listener, for the connections to come: on Linux they have what their listener had. `untouched` is what the
    /// system gives a listener, to go back to.
    func apply(toListener descriptor: Int32, untouched: TCPOptions) {
        var whole = self
        if whole.keepaliveIdle == .zero { whole.keepaliveIdle = untouched.keepaliveIdle }
        if whole.keepaliveInterval == .zero { whole.keepaliveInterval = untouched.keepaliveInterval }
        if whole.keepaliveCount == 0 { whole.keepaliveCount = untouched.keepaliveCount }
        whole.apply(to: descriptor)
        set(descriptor, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, Self.seconds(deferral))
        if let own = Socket.own(descriptor), own.host.hasPrefix("127.") || own.host == "::1" { useReno(descriptor) }
    }

    /// What a descriptor has that was not tuned.
    init(untouched descriptor: Int32) {
        keepaliveIdle = .seconds(Self.value(descriptor, TCP_KEEPIDLE))
        keepaliveInterval = .seconds(Self.value(descriptor, TCP_KEEPINTVL))
        keepaliveCount = Int(Self.value(descriptor, TCP_KEEPCNT))
    }

    private static func seconds(_ duration: Duration) -> Int32 { Int32(clamping: duration.components.seconds) }

    /// Zero where it is no TCP socket.
    private static func value(_ descriptor: Int32, _ option: Int32) -> Int32 {
        var value: Int32 = 0, size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, Int32(IPPROTO_TCP), option, &value, &size)
        return value
    }

    /// Of the times and counts of keepalive zero is none that could be set: the system's own stays.
    private func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        if value == 0, level == Int32(IPPROTO_TCP), [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT].contains(option) { return }
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
