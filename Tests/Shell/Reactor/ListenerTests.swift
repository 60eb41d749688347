import Glibc
import Testing
@testable import Reactor

@Suite("Listener")
struct ListenerTests {
    private let path = "/tmp/understudy-listener-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).sock"

    @Test("A path that a living listener answers on is in use; one left behind is taken over")
    func takeOver() throws {
        do {
            let first = try Listener(path: path, mode: 0o600, backlog: 8)
            let error = #expect(throws: SocketError.self) { try Listener(path: path, mode: 0o600, backlog: 8) }
            #expect(error?.isAddressInUse == true)
            #expect(try first.accept() != nil, "the probe itself connected")
        }
        // A dead process leaves its file: bind without a Listener to unlink it.
        let address = try #require(SocketAddress(path: path))
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(address.withPointer { bind(left, $0, $1) } == 0)
        close(left)
        let second = try Listener(path: path, mode: 0o640, backlog: 8)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o640)
        withExtendedLifetime(second) {}
    }

    @Test("Port 0 is replaced by the port the kernel chose")
    func port() throws {
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: 0))
        let listener = try Listener(address, backlog: 8)
        #expect(try #require(listener.port) > 0)
        #expect(try listener.accept() == nil)
    }

    /// A connection to a listener, and whether the kernel has shown it to the listener within a time that is long on one machine.
    private func connect(to listener: Listener) throws -> Int32 {
        let port = try #require(listener.port)
        let address = try #require(SocketAddress(numeric: "127.0.0.1", port: port))
        return try Socket.connect(to: address)
    }

    private func isReady(_ listener: Listener, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) == 1
    }

    @Test("A connection is taken once it has said something")
    func deferral() throws {
        let listener = try Listener(#require(SocketAddress(numeric: "127.0.0.1", port: 0)), backlog: 8)
        listener.tune(TCPOptions())
        let client = try connect(to: listener)
        defer { close(client) }
        #expect(!isReady(listener, within: 50))
        #expect([1].withUnsafeBytes { Socket.send(client, $0) } == .bytes(8))
        #expect(isReady(listener, within: 5000))
        let served = try #require(try listener.accept())
        close(served)
    }

    @Test("Without a deferral it is taken at once")
    func noDeferral() throws {
        let listener = try Listener(#require(SocketAddress(numeric: "127.0.0.1", port: 0)), backlog: 8)
        var options = TCPOptions()
        listener.tune(options)
        options.deferral = .zero
        listener.tune(options)
        let client = try connect(to: listener)
        defer { close(client) }
        #expect(isReady(listener, within: 5000))
    }

    @Test("Names are not numeric addresses, and paths have a limit")
    func addresses() {
        #expect(SocketAddress(numeric: "localhost", port: 1) == nil)
        #expect(SocketAddress(numeric: "::1", port: 5432)?.description == "[::1]:5432")
        #expect(SocketAddress(path: String(repeating: "x", count: 108)) == nil)
        #expect(SocketAddress(path: "") == nil)
    }
}
