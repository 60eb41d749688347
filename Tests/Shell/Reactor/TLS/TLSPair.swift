import Glibc
import TestSupport
import Testing
@testable import Reactor

/// The two ends of a TLS connection over a socket pair, driven in turns on one thread.
final class TLSPair {
    var server: Transport
    var client: Transport
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)

    /// A handshake begins, none of it is read yet but what the client says first.
    init(_ server: TLSContext, _ nodes: NodeTLS, host: String = "db.example") throws {
        let ends = try TLSPair.sockets()
        self.server = Transport(ends.0)
        self.client = Transport(ends.1)
        try self.server.accept(server, early: UnsafeRawBufferPointer(start: nil, count: 0))
        try self.client.connect(nodes, host: host)
    }

    deinit {
        buffer.deallocate()
        close(server.descriptor)
        close(client.descriptor)
    }

    /// Non-blocking ends of a stream.
    static func sockets() throws -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
        return (ends[0], ends[1])
    }

    /// Lets both ends shake hands until neither has more to do.
    func shakeHands() -> (server: Socket.Received, client: Socket.Received) {
        var last: (Socket.Received, Socket.Received) = (.wouldBlock, .wouldBlock)
        for _ in 0..<8 {
            last.1 = client.receive(into: buffer)
            last.0 = server.receive(into: buffer)
        }
        return last
    }

    /// The encrypted bytes that an end has not read yet.
    func steal(from end: Transport) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        return Array(bytes[..<max(0, recv(end.descriptor, &bytes, bytes.count, 0))])
    }

    /// Has an end read one encrypted byte at a time; what that gave it.
    func trickle(to end: Transport, through other: Transport) -> [UInt8] {
        var arrived: [UInt8] = []
        for byte in steal(from: end) {
            #expect([byte].withUnsafeBytes { Socket.send(other.descriptor, $0) } == .bytes(1))
            if case .bytes(let count) = end.receive(into: buffer) { arrived += buffer[..<count] }
        }
        return arrived
    }

    /// Everything that one end sends to the other, which reads as it comes.
    func carry(_ bytes: [UInt8], from: Transport, to: Transport) throws -> [UInt8] {
        var arrived: [UInt8] = [], sent = 0, turns = 0
        while arrived.count < bytes.count {
            turns += 1
            try #require(turns < 10_000, "\(arrived.count) of \(bytes.count) bytes arrived")
            if sent < bytes.count {
                guard case .bytes(let count) = bytes[sent...].withUnsafeBytes({ from.send($0) }) else { break }
                sent += count
            }
            #expect(from.flush())
            if case .bytes(let count) = to.receive(into: buffer) { arrived += buffer[..<count] }
        }
        return arrived
    }
}

extension TLSServerMaterial {
    static func test(_ files: Certificates, _ name: String = "server") -> Self {
        var material = Self()
        material.certificate = files("\(name).crt")
        material.key = files("\(name).key")
        return material
    }
}

extension TLSClientMaterial {
    /// Trusts the authority of the tests.
    static func test(_ files: Certificates, authority: String = "ca", as user: String? = nil) -> Self {
        var material = Self()
        material.authorities.file = files("\(authority).crt")
        if let user {
            material.certificate = files("\(user).crt")
            material.key = files("\(user).key")
        }
        return material
    }
}
