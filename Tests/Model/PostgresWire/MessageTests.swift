import Testing
@testable import PostgresWire

@Suite("Messages")
struct MessageTests {
    /// The body of the only message in `bytes`.
    private func body<T>(_ bytes: [UInt8], cutTo count: Int? = nil, _ read: (UnsafeRawBufferPointer) throws(WireViolation) -> T) throws(WireViolation) -> T {
        let body = Array(bytes.dropFirst(5)).prefix(count ?? .max)
        let result: Result<T, WireViolation> = Array(body).withUnsafeBytes { buffer in Result { () throws(WireViolation) in try read(buffer) } }
        return try result.get()
    }

    private func written(_ build: (inout MessageWriter) -> Void) -> [UInt8] {
        var writer = MessageWriter()
        build(&writer)
        return writer.bytes
    }

    @Test("A request for SASL is passed on without the mechanisms that bind to another channel; any other stays as it is")
    func channelBinding() throws {
        func changed(_ bytes: [UInt8]) throws -> [UInt8]? { try bytes.withUnsafeBytes { try AuthenticationRequest.withoutChannelBinding($0) } }
        #expect(try changed([0, 0, 0, 10] + Array("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0".utf8)) == [0, 0, 0, 10] + Array("SCRAM-SHA-256\0\0".utf8))
        #expect(try changed([0, 0, 0, 10] + Array("SCRAM-SHA-256\0\0".utf8)) == [0, 0, 0, 10] + Array("SCRAM-SHA-256\0\0".utf8))
        #expect(try changed([0, 0, 0, 3]) == nil)
        #expect(throws: WireViolation.self) { try changed([0, 0]) }
    }

    @Test("An error is read as it was written, and every truncation of it is refused")
    func error() throws {
        let message = ErrorMessage(.fatal, .adminShutdown, "über", detail: "why", hint: "what")
        let read = try body(message.bytes) { body throws(WireViolation) in try ErrorMessage(body: body) }
        #expect(read.severity == .fatal && read.state == .adminShutdown && read.message == "über")
        #expect(read.isFinal)
        for count in 0..<message.bytes.count - 5 {
            #expect(throws: WireViolation.self, "\(count) bytes") { try body(message.bytes, cutTo: count) { body throws(WireViolation) in try ErrorMessage(body: body) } }
        }
    }

    @Test("An error without a code is an internal error, and a severity in another language is found in the V field")
    func unusualErrors() throws {
        let bare = written { $0.message(.error) { $0.byte(0) } }
        #expect(try body(bare) { body throws(WireViolation) in try ErrorMessage(body: body) }.state == .internalError)
        let translated = written { $0.message(.error) { $0.raw("SFATAAL".utf8); $0.byte(0); $0.raw("VFATAL".utf8); $0.byte(0); $0.byte(0) } }
        #expect(try body(translated) { body throws(WireViolation) in try ErrorMessage(body: body) }.severity == .fatal)
    }

    @Test("Authentication requests are told apart, and truncations refused")
    func authentication() throws {
        let requests: [(AuthenticationRequest, [UInt8])] = [
            (.ok, written { $0.authenticationOK() }),
            (.cleartextPassword, written { $0.message(.authentication) { $0.int32(3) } }),
            (.md5Password(salt: [1, 2, 3, 4]), written { $0.message(.authentication) { $0.int32(5); $0.raw([1, 2, 3, 4]) } }),
            (.sasl(mechanisms: ["A", "B"]), written { $0.message(.authentication) { $0.int32(10); $0.string("A"); $0.string("B"); $0.byte(0) } }),
            (.saslContinue([9]), written { $0.message(.authentication) { $0.int32(11); $0.byte(9) } }),
            (.saslFinal([]), written { $0.message(.authentication) { $0.int32(12) } }),
            (.other(7), written { $0.message(.authentication) { $0.int32(7) } }),
        ]
        for (request, bytes) in requests {
            #expect(try body(bytes) { body throws(WireViolation) in try AuthenticationRequest(body: body) } == request)
            let sure: Int = switch request {
            case .saslContinue, .saslFinal, .other: 4 // What follows the number has no form of its own.
            case .ok, .cleartextPassword, .md5Password, .sasl: bytes.count - 5
            }
            for count in 0..<sure {
                #expect(throws: WireViolation.self, "\(request) at \(count)") {
                    try body(bytes, cutTo: count) { body throws(WireViolation) in try AuthenticationRequest(body: body) }
                }
            }
        }
    }

    @Test("Keys and transaction states are read as written, and nothing else passes for them")
    func small() throws {
        let key = BackendKey(process: 5, secret: -6)
        let bytes = written { key.write(to: &$0) }
        #expect(try body(bytes) { body throws(WireViolation) in try BackendKey(body: body) } == key)
        for count in 0..<8 {
            #expect(throws: WireViolation.self) { try body(bytes, cutTo: count) { body throws(WireViolation) in try BackendKey(body: body) } }
        }
        for status in [TransactionStatus.idle, .inBlock, .failed] {
            #expect(try body(written { $0.readyForQuery(status) }) { body throws(WireViolation) in try TransactionStatus(body: body) } == status)
        }
        #expect(throws: WireViolation.self) { try body([0, 0, 0, 0, 0, 0x58]) { body throws(WireViolation) in try TransactionStatus(body: body) } }
        #expect(throws: WireViolation.self) { try body([]) { body throws(WireViolation) in try TransactionStatus(body: body) } }
    }

    @Test("A key is itself only where its number, its length and every byte of its secret are", arguments: [4, 32, 256])
    func keys(length: Int) throws {
        let secret = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
        let key = try #require(BackendKey(process: 5, secret: secret))
        #expect(key.matches(try #require(BackendKey(process: 5, secret: secret))))
        #expect(!key.matches(try #require(BackendKey(process: 4, secret: secret))))
        for index in secret.indices {
            var other = secret
            other[index] ^= 0x80
            #expect(!key.matches(try #require(BackendKey(process: 5, secret: other))), "byte \(index)")
        }
        if length > 4 { #expect(!key.matches(try #require(BackendKey(process: 5, secret: secret.dropLast())))) }
        let bytes = written { key.write(to: &$0) }
        #expect(try body(bytes) { body throws(WireViolation) in try BackendKey(body: body) } == key)
    }

    @Test("A new key has 4 bytes of chance for protocol 3.0 and 32 for 3.2, and never the same twice")
    func newKeys() {
        var generator = SystemRandomNumberGenerator()
        let chance = { (count: Int) in (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) } }
        let long = (0..<64).map { _ in BackendKey(process: 1, isLong: true, chance).secret }
        #expect(Set(long).count == 64 && long.allSatisfy { $0.count == 32 })
        #expect(BackendKey(process: 1, isLong: false, chance).secret.count == 4)
    }

    @Test("A text with a zero byte ends there, so it cannot smuggle fields")
    func zeroByte() {
        #expect(written { $0.string("a\u{0}b") } == [97, 0])
    }
}
