import Glibc
import TestSupport
import Testing
@testable import Reactor

@Suite("TLS from the first byte")
struct DirectTLSTests {
    private let files: Certificates

    init() async throws { files = try await Certificates.made() }

    /// What a client says first, as a shell that did not know of TLS has read it.
    private func hello(_ client: inout Transport, _ server: Int32) throws -> [UInt8] {
        try client.connect(NodeTLS(.verifyFull, .test(files)), host: "db.example")
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(server, &bytes, bytes.count, 0)
        try #require(count > 0 && bytes[0] == 0x16)
        return Array(bytes[..<count])
    }

    @Test("Bytes that were read before TLS began belong to the handshake; without ALPN it is refused")
    func withoutALPN() throws {
        let ends = try TLSPair.sockets()
        defer { close(ends.0); close(ends.1) }
        var server = Transport(ends.0), client = Transport(ends.1)
        let hello = try hello(&client, ends.0)
        try hello.withUnsafeBytes { bytes throws in try server.accept(TLSContext(server: .test(files)), early: bytes) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer { buffer.deallocate() }
        #expect(client.receive(into: buffer) == .wouldBlock)
        #expect(server.receive(into: buffer) == .failed(EPROTO))
        #expect(try #require(server.tls?.failure).contains("ALPN"))
    }

    @Test("A first message that was spoilt anywhere ends the handshake or waits for more; it is never through")
    func spoilt() throws {
        let ends = try TLSPair.sockets(), context = try TLSContext(server: .test(files))
        defer { close(ends.0); close(ends.1) }
        var client = Transport(ends.1)
        let hello = try hello(&client, ends.0)
        var random = Seeded(state: 0x5EED)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer { buffer.deallocate() }
        for _ in 0..<500 {
            let pair = try TLSPair.sockets()
            defer { close(pair.0); close(pair.1) }
            var bytes = hello
            for _ in 0...Int.random(in: 0..<4, using: &random) { bytes[Int.random(in: 1..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            bytes.removeLast(Int.random(in: 0..<bytes.count / 2, using: &random))
            var server = Transport(pair.0)
            try bytes.withUnsafeBytes { bytes throws in try server.accept(context, early: bytes) }
            #expect([.wouldBlock, .failed(EPROTO)].contains(server.receive(into: buffer)))
            Socket.finish(pair.1)
            #expect(server.receive(into: buffer) == .failed(EPROTO))
        }
    }

    @Test("A first message in two pieces is one handshake", arguments: [1, 5, 100])
    func pieces(_ first: Int) throws {
        let ends = try TLSPair.sockets()
        defer { close(ends.0); close(ends.1) }
        var server = Transport(ends.0), client = Transport(ends.1)
        let hello = try hello(&client, ends.0)
        try hello[..<first].withUnsafeBytes { bytes throws in try server.accept(TLSContext(server: .test(files)), early: bytes) }
        #expect(hello[first...].withUnsafeBytes { Socket.send(ends.1, $0) } == .bytes(hello.count - first))
        #expect(server.tls?.handshake() == .underWay)
        #expect(client.tls?.handshake() == .done)
    }
}

/// Repeatable random numbers (SplitMix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
