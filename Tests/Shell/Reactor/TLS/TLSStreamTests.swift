import Glibc
import TestSupport
import Testing
@testable import Reactor

@Suite("TLSStream")
struct TLSStreamTests {
    private let files: Certificates

    init() async throws { files = try await Certificates.made() }

    private func server(_ change: (inout TLSServerMaterial) -> Void = { _ in }) throws -> TLSContext {
        var material = TLSServerMaterial.test(files)
        change(&material)
        return try TLSContext(server: material)
    }

    private func nodes(_ mode: NodeTLS.Mode = .verifyFull, _ change: (inout TLSClientMaterial) -> Void = { _ in }) throws -> NodeTLS {
        var material = TLSClientMaterial.test(files)
        change(&material)
        return try NodeTLS(mode, material)
    }

    @Test("Bytes arrive unchanged in both directions, whatever their number", arguments: [1, 16_384, 16_385, 3_000_000])
    func both(_ count: Int) throws {
        let pair = try TLSPair(server(), nodes())
        #expect(pair.shakeHands() == (.wouldBlock, .wouldBlock))
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try pair.carry(bytes, from: pair.client, to: pair.server) == bytes)
        #expect(try pair.carry(bytes, from: pair.server, to: pair.client) == bytes)
    }

    @Test("What was agreed is known at both ends", arguments: [TLSVersion.tls12, .tls13])
    func agreed(_ version: TLSVersion) throws {
        let pair = try TLSPair(server { $0.leastVersion = version }, nodes())
        _ = pair.shakeHands()
        let server = try #require(pair.server.tls)
        #expect(server.version == "TLSv1.3")
        #expect(server.cipher == pair.client.tls?.cipher)
        #expect(server.applicationProtocol == nil)
        #expect(server.peerCommonName == nil)
        #expect(pair.client.tls?.peerCommonName == "db.example")
    }

    @Test("A verified client's common name is known; a client without a certificate is let in without one")
    func clientCertificate() throws {
        let asking = try server { $0.authorities.file = files("ca.crt") }
        let known = try TLSPair(asking, NodeTLS(.verifyFull, .test(files, as: "alice")))
        #expect(known.shakeHands() == (.wouldBlock, .wouldBlock))
        #expect(known.server.tls?.peerCommonName == "alice")
        let unknown = try TLSPair(asking, nodes())
        #expect(unknown.shakeHands() == (.wouldBlock, .wouldBlock))
        #expect(unknown.server.tls?.peerCommonName == nil)
    }

    @Test("A client certificate of a stranger, or one taken back, ends the handshake with the reason", arguments: [
        ("foreign", "", "unable to get local issuer certificate"), ("mallory", "ca.crl", "certificate revoked"), ("expired", "", "certificate has expired"),
    ])
    func badClient(_ user: String, _ revocations: String, _ reason: String) throws {
        let asking = try server {
            $0.authorities.file = files("ca.crt")
            if !revocations.isEmpty { $0.authorities.revocations = files(revocations) }
        }
        let pair = try TLSPair(asking, NodeTLS(.verifyFull, .test(files, as: user)))
        let ends = pair.shakeHands()
        #expect(ends.server == .failed(EPROTO))
        #expect(try #require(pair.server.tls?.failure).contains(reason))
        // In TLS 1.3 the client is through before the server has judged: it learns by an alert.
        #expect(ends.client == .failed(EPROTO))
    }

    @Test("verify-full takes a node's name or address only from its certificate", arguments: [
        ("db.example", true), ("127.0.0.1", true), ("other.example", false), ("127.0.0.2", false), ("example", false),
    ])
    func host(_ host: String, _ isRight: Bool) throws {
        let pair = try TLSPair(server(), nodes(), host: host)
        let ends = pair.shakeHands()
        #expect(ends.client == (isRight ? .wouldBlock : .failed(EPROTO)))
        if !isRight { #expect(try #require(pair.client.tls?.failure).contains("mismatch")) }
    }

    @Test("verify-ca takes any name; prefer and require without authorities take any certificate")
    func lesserModes() throws {
        #expect(try TLSPair(server(), nodes(.verifyCA), host: "other.example").shakeHands().client == .wouldBlock)
        for mode in [NodeTLS.Mode.prefer, .require] {
            let foreign = try TLSContext(server: .test(files, "foreign"))
            #expect(try TLSPair(foreign, NodeTLS(mode, TLSClientMaterial())).shakeHands().client == .wouldBlock)
        }
    }

    @Test("A node's certificate of a stranger, or one that is too old, is refused", arguments: [("foreign", "issuer"), ("expired", "expired")])
    func badNode(_ name: String, _ reason: String) throws {
        let pair = try TLSPair(TLSContext(server: .test(files, name)), nodes())
        let ends = pair.shakeHands()
        #expect(ends.client == .failed(EPROTO))
        #expect(ends.server == .failed(EPROTO))
        #expect(try #require(pair.client.tls?.failure).contains(reason))
    }

    @Test("A peer with other versions or ciphers is told so")
    func versions() throws {
        let old = try server { $0.leastVersion = .tls13 }
        let pair = try TLSPair(old, nodes())
        _ = pair.shakeHands()
        #expect(pair.server.tls?.version == "TLSv1.3")
        let picky = try server { $0.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384" }
        #expect(try TLSPair(picky, nodes()).shakeHands() == (.wouldBlock, .wouldBlock))
    }

    @Test("An end of the stream is an end, with and without a goodbye", arguments: [true, false])
    func end(_ isPolite: Bool) throws {
        let pair = try TLSPair(server(), nodes())
        _ = pair.shakeHands()
        if isPolite { pair.client.finish() } else { Socket.finish(pair.client.descriptor) }
        #expect(pair.server.receive(into: pair.buffer) == .end)
        #expect(pair.server.receive(into: pair.buffer) == .end)
        // The peer only stopped sending: it still reads.
        let answer = Array("still here".utf8)
        #expect(try pair.carry(answer, from: pair.server, to: pair.client) == answer)
    }

    @Test("Bytes before the end are delivered first")
    func bytesThenEnd() throws {
        let pair = try TLSPair(server(), nodes())
        _ = pair.shakeHands()
        #expect("x".utf8.withContiguousStorageIfAvailable { pair.client.send(UnsafeRawBufferPointer($0)) } == .bytes(1))
        pair.client.finish()
        #expect(pair.server.receive(into: pair.buffer) == .bytes(1))
        #expect(pair.server.receive(into: pair.buffer) == .end)
    }

    @Test("Garbage in place of a handshake fails it, and says so")
    func garbage() throws {
        let ends = try TLSPair.sockets()
        defer { close(ends.0); close(ends.1) }
        var server = Transport(ends.0)
        try server.accept(self.server(), early: UnsafeRawBufferPointer(start: nil, count: 0))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 64)
        defer { buffer.deallocate() }
        #expect(server.receive(into: buffer) == .wouldBlock)
        #expect(write(ends.1, "GET / HTTP/1.1\r\n\r\n", 18) == 18)
        #expect(server.receive(into: buffer) == .failed(EPROTO))
        #expect(try #require(server.tls?.failure).contains("http request"))
        #expect(server.receive(into: buffer) == .failed(EPROTO))
    }

    @Test("A peer that leaves during the handshake is named as such")
    func leaves() throws {
        let pair = try TLSPair(server(), nodes())
        #expect(pair.server.receive(into: pair.buffer) == .wouldBlock)
        Socket.finish(pair.client.descriptor)
        #expect(pair.server.receive(into: pair.buffer) == .failed(EPROTO))
        #expect(pair.server.tls?.failure == "the handshake failed: the peer closed the connection")
    }

    @Test("A record that was tampered with breaks the connection")
    func tampered() throws {
        let pair = try TLSPair(server(), nodes())
        _ = pair.shakeHands()
        #expect([UInt8](repeating: 7, count: 100).withUnsafeBytes { pair.client.send($0) } == .bytes(100))
        var record = pair.steal(from: pair.server)
        record[record.count - 1] ^= 1
        #expect(write(pair.client.descriptor, record, record.count) == record.count)
        #expect(pair.server.receive(into: pair.buffer) == .failed(EPROTO))
        #expect(try #require(pair.server.tls?.failure).contains("bad record mac"))
    }

    @Test("Peers whose bytes come one at a time are understood")
    func oneByteAtATime() throws {
        let pair = try TLSPair(server(), nodes())
        for _ in 0..<3 {
            #expect(pair.trickle(to: pair.server, through: pair.client).isEmpty)
            #expect(pair.trickle(to: pair.client, through: pair.server).isEmpty)
        }
        let bytes = (0..<2000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(bytes.withUnsafeBytes { pair.client.send($0) } == .bytes(2000))
        #expect(pair.trickle(to: pair.server, through: pair.client) == bytes)
    }

    @Test("A full socket takes no more than a record ahead, and nothing is lost or doubled")
    func backPressure() throws {
        let pair = try TLSPair(server(), nodes())
        _ = pair.shakeHands()
        let bytes = (0..<4_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        guard case .bytes(let taken) = bytes.withUnsafeBytes({ pair.server.send($0) }) else { return #expect(Bool(false), "sending failed") }
        #expect(taken < bytes.count)
        #expect(pair.server.hasUnsent)
        #expect(bytes[taken...].withUnsafeBytes { pair.server.send($0) } == .bytes(0))
        // What follows the taken bytes is not what was meant to: the stream must not care.
        let other = [UInt8](repeating: 9, count: 5)
        var arrived: [UInt8] = [], isOtherSent = false
        while arrived.count < taken + other.count {
            if case .bytes(let count) = pair.client.receive(into: pair.buffer) { arrived += pair.buffer[..<count] }
            #expect(pair.server.flush())
            if !isOtherSent, !pair.server.hasUnsent { isOtherSent = other.withUnsafeBytes { pair.server.send($0) } == .bytes(5) }
        }
        #expect(arrived == bytes[..<taken] + other)
        #expect(!pair.server.hasUnsent)
    }

    @Test("A goodbye waits for what was sent before it")
    func goodbyeWaits() throws {
        let pair = try TLSPair(server(), nodes())
        _ = pair.shakeHands()
        let bytes = [UInt8](repeating: 1, count: 4_000_000)
        guard case .bytes(let taken) = bytes.withUnsafeBytes({ pair.server.send($0) }) else { return #expect(Bool(false), "sending failed") }
        pair.server.finish()
        #expect(pair.server.hasUnsent)
        var arrived = 0, isEnded = false
        while !isEnded {
            switch pair.client.receive(into: pair.buffer) {
            case .bytes(let count): arrived += count
            case .wouldBlock: #expect(pair.server.flush())
            case .end: isEnded = true
            case .failed(let code): return #expect(Bool(false), "errno \(code)")
            }
        }
        #expect(arrived == taken)
    }

    @Test("A connection lives on the certificates it began with")
    func oldContext() throws {
        var context: TLSContext? = try server()
        weak let released = context
        let pair = try TLSPair(#require(context), nodes())
        context = nil
        #expect(pair.shakeHands() == (.wouldBlock, .wouldBlock))
        #expect(released != nil)
        let bytes = Array("unmoved".utf8)
        #expect(try pair.carry(bytes, from: pair.client, to: pair.server) == bytes)
    }
}
