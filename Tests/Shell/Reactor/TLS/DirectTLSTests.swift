import Glibc
import TestSupport
import Testing
@testable import Reactor

@Suite("TLS from the first byte")
struct DirectTLSTests {
    private let files: Certificates

    init() throws { files = try Certificates.shared.get() }

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
