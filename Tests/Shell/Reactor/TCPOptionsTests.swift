import Glibc
import Testing
@testable import Reactor

@Suite("TCP options")
struct TCPOptionsTests {
    private func value(_ descriptor: Int32, _ level: Int32, _ option: Int32) -> Int32 {
        var value: Int32 = -1, size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, level, option, &value, &size)
        return value
    }

    /// Keepalive, idle, interval, count, user timeout, no delay.
    private func values(_ descriptor: Int32) -> [Int32] {
        let tcp = Int32(IPPROTO_TCP)
        return [value(descriptor, SOL_SOCKET, SO_KEEPALIVE)] + [TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_USER_TIMEOUT, TCP_NODELAY].map { value(descriptor, tcp, $0) }
    }

    @Test("What is asked for is what the kernel has")
    func set() {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var options = TCPOptions()
        options.keepaliveIdle = .seconds(7)
        options.keepaliveInterval = .seconds(3)
        options.keepaliveCount = 2
        options.userTimeout = .milliseconds(1500)
        Socket.tune(descriptor, options)
        #expect(values(descriptor) == [1, 7, 3, 2, 1500, 1])
    }

    @Test("Zero leaves the system's own, and keepalive can be switched off")
    func untouched() {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let before = values(descriptor)
        var options = TCPOptions()
        options.keepaliveIdle = .zero
        options.keepaliveInterval = .zero
        options.keepaliveCount = 0
        options.userTimeout = .zero
        Socket.tune(descriptor, options)
        #expect(values(descriptor) == [1] + before[1...4] + [1])
        options.keepsAlive = false
        Socket.tune(descriptor, options)
        #expect(values(descriptor)[0] == 0)
    }

    /// A connection that a listener with these options accepted, one after the other.
    private func accepted(by options: TCPOptions...) throws -> [[Int32]] {
        let listener = try Listener(#require(SocketAddress(numeric: "127.0.0.1", port: 0)), backlog: 8)
        let port = try #require(listener.port)
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: port))
        return try options.map { options in
            var options = options
            options.deferral = .zero
            listener.tune(options)
            let client = try Socket.connect(to: address)
            defer { close(client) }
            var entry = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
            #expect(poll(&entry, 1, 5000) == 1)
            let served = try #require(try listener.accept())
            defer { close(served) }
            return values(served)
        }
    }

    @Test("A connection has what its listener has, also after a reload; zero is the system's own again")
    func inherited() throws {
        let fresh = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(fresh) }
        let system = values(fresh)
        var some = TCPOptions()
        some.keepaliveIdle = .seconds(7)
        some.keepaliveInterval = .seconds(3)
        some.keepaliveCount = 2
        some.userTimeout = .milliseconds(1500)
        var none = some
        none.keepaliveIdle = .zero
        none.keepaliveInterval = .zero
        none.keepaliveCount = 0
        none.userTimeout = .zero
        var silent = some
        silent.keepsAlive = false
        let found = try accepted(by: some, none, silent)
        #expect(found[0] == [1, 7, 3, 2, 1500, 1])
        #expect(found[1] == [1] + system[1...4] + [1])
        #expect(found[2][0] == 0)
    }

    @Test("A Unix-domain socket is left alone")
    func local() {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        Socket.tune(descriptor, TCPOptions())
        #expect(value(descriptor, SOL_SOCKET, SO_ERROR) == 0)
    }

    @Test("A connection within the host has the plainest congestion control, whatever the host's default")
    func plain() throws {
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: 0))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        try #require(address.withPointer { bind(listener, $0, $1) } == 0 && listen(listener, 1) == 0)
        let port = try #require(Socket.own(listener)).port
        let client = try Socket.connect(to: try #require(SocketAddress(numeric: "127.0.0.1", port: port)))
        defer { close(client) }
        Socket.tune(client, TCPOptions())
        var name = [CChar](repeating: 0, count: 16), size = socklen_t(16)
        #expect(getsockopt(client, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &size) == 0)
        #expect(name.prefix(4).map { UInt8(bitPattern: $0) } == Array("reno".utf8))
    }
}
