import Glibc
import Testing
@testable import NodeConnections
@testable import Reactor

/// Logins to what is no PostgreSQL; those to real servers are among the integration tests.
@Suite("Login")
struct LoginTests {
    /// A socket of 127.0.0.1 that listens, or only holds its port.
    private final class Peer {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let port: Int

        init(listens: Bool, address: UInt32 = 0x7F00_0001, port wanted: Int = 0) throws {
            var name = sockaddr_in(), length = socklen_t(MemoryLayout<sockaddr_in>.size)
            name.sin_family = sa_family_t(AF_INET)
            name.sin_addr.s_addr = address.bigEndian
            name.sin_port = in_port_t(wanted).bigEndian
            let descriptor = descriptor
            let status = withUnsafeMutablePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1 }
            }
            try #require(status == 0 && (!listens || listen(descriptor, 8) == 0))
            port = Int(UInt16(bigEndian: name.sin_port))
        }

        /// Takes every connection and drops it at once while `body` runs.
        func dropping<Value>(_ body: () async throws -> Value) async throws -> Value {
            let descriptor = descriptor, ended = Gate()
            // A thread of its own: a task would hold one of the few that tasks have.
            try spawn(name: "dropper") {
                while case let connection = accept(descriptor, nil, nil), connection >= 0 { close(connection) }
                ended.open()
            }
            defer {
                // Ends the accept.
                shutdown(descriptor, Int32(SHUT_RDWR))
                ended.wait()
            }
            return try await body()
        }

        /// Declines TLS on every connection, and closes it, while `body` runs.
        func decliningTLS<Value>(_ body: () async throws -> Value) async throws -> Value {
            let descriptor = descriptor, ended = Gate()
            try spawn(name: "decliner") {
                while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                    var request = [UInt8](repeating: 0, count: 8)
                    if recv(connection, &request, 8, Int32(MSG_WAITALL)) == 8 { send(connection, "N", 1, Int32(MSG_NOSIGNAL)) }
                    close(connection)
                }
                ended.open()
            }
            defer {
                shutdown(descriptor, Int32(SHUT_RDWR))
                ended.wait()
            }
            return try await body()
        }

        deinit { close(descriptor) }
    }

    private func failure(host: String = "127.0.0.1", port: Int, within timeout: Duration = .seconds(5), mode: String = "prefer",
                         resolver: HostResolver = HostResolver(refresh: .seconds(60))) async throws -> NodeFailure? {
        let waiter = try DescriptorWaiter()
        var encryption = ConnectionTarget.Encryption()
        encryption.mode = mode
        let target = ConnectionTarget(host: host, port: port, user: "u", password: Password("hunter2"), database: "d", connectTimeout: timeout, encryption: encryption)
        var failure: NodeFailure?
        do { _ = try await NodeConnection.connect(target, waiter: waiter, resolver: resolver) } catch { failure = error }
        await waiter.shutDown()
        #expect(failure.map { !"\($0)".contains("hunter2") } ?? true)
        return failure
    }

    @Test("A port without a listener refuses; so does a socket file that is not there")
    func refused() async throws {
        let peer = try Peer(listens: false)
        guard case .refused = try await failure(port: peer.port) else { return #expect(Bool(false), "not refused") }
        guard case .refused = try await failure(host: "/nonexistent", port: 5432) else { return #expect(Bool(false), "not refused") }
    }

    @Test("A listener that says nothing is timed out, not refused")
    func silent() async throws {
        let peer = try Peer(listens: true), began = Monotonic.now()
        guard case .timedOut = try await failure(port: peer.port, within: .milliseconds(50)) else { return #expect(Bool(false), "not timed out") }
        #expect(Monotonic.now() - began >= .milliseconds(50))
    }

    @Test("A listener that takes connections and drops them is lost, not refused")
    func dropped() async throws {
        let peer = try Peer(listens: true)
        let failure = try await peer.dropping { try await self.failure(port: peer.port) }
        guard case .lost = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
    }

    @Test("A server that does not speak TLS as demanded could not be asked, and is neither lost nor refused; one that drops the request is lost")
    func noTLS() async throws {
        let peer = try Peer(listens: true)
        let declined = try await peer.decliningTLS { try await self.failure(port: peer.port, mode: "require") }
        guard case .unable(let words) = declined else { return #expect(Bool(false), "\(String(describing: declined))") }
        #expect(words.contains("TLS with it cannot begin"))
        let dropper = try Peer(listens: true)
        let dropped = try await dropper.dropping { try await self.failure(port: dropper.port, mode: "require") }
        guard case .lost = dropped else { return #expect(Bool(false), "\(String(describing: dropped))") }
    }

    @Test("A name without an address is unreachable, not refused: the resolver may be what is down")
    func noName() async throws {
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in [] }
        #expect(try await failure(host: "db1", port: 5432, resolver: resolver) == .unreachable("the host name db1 has no address"))
    }

    @Test("Every address is tried, also behind one that does not answer")
    func addresses() async throws {
        let mute = try Peer(listens: true), dropper = try Peer(listens: true, address: 0x7F00_0002, port: mute.port)
        let found = ["127.0.0.1", "127.0.0.2"].compactMap { SocketAddress(numeric: $0, port: mute.port) }
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in found }
        let failure = try await dropper.dropping { try await self.failure(host: "db1", port: mute.port, within: .seconds(4), resolver: resolver) }
        guard case .lost = failure else { return #expect(Bool(false), "\(String(describing: failure))") }
    }

    @Test("A resolver that hangs does not outlast the connect timeout")
    func hangingResolver() async throws {
        let gate = Gate()
        let resolver = HostResolver(refresh: .seconds(60)) { _, _ in
            gate.wait()
            return []
        }
        #expect(try await failure(host: "db1", port: 5432, within: .milliseconds(50), resolver: resolver) != nil)
        gate.open()
    }
}

/// Holds a thread until opened.
final class Gate: Sendable {
    private let ends: (read: Int32, write: Int32)

    init() {
        var pair: [Int32] = [0, 0]
        precondition(pipe(&pair) == 0)
        ends = (pair[0], pair[1])
    }

    deinit { close(ends.read) }
    func open() { close(ends.write) }
    func wait() {
        var byte: UInt8 = 0
        _ = read(ends.read, &byte, 1)
    }
}
