import Testing
@testable import PostgresWire

@Suite("Startup packets")
struct StartupPacketTests {
    private func read(_ bytes: [UInt8]) throws(WireViolation) -> (packet: StartupPacket, size: Int)? {
        let result: Result<(packet: StartupPacket, size: Int)?, WireViolation> = bytes.withUnsafeBytes { buffer in
            Result { () throws(WireViolation) in try StartupPacket.read(buffer) }
        }
        return try result.get()
    }

    private func packet(_ code: Int32, _ pairs: [String], terminator: Bool = true) -> [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(code)
            for text in pairs { body.string(text) }
            if terminator { body.byte(0) }
        }
        return writer.bytes
    }

    private func request(_ code: Int32, _ numbers: Int32...) -> [UInt8] {
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(code)
            for number in numbers { body.int32(number) }
        }
        return writer.bytes
    }

    @Test("A startup message gives user, database and parameters in their order")
    func startup() throws {
        let bytes = packet(3 << 16, ["user", "anna", "database", "shop", "options", "-c a=b", "application_name", ""])
        let (read, size) = try #require(try read(bytes))
        #expect(size == bytes.count)
        #expect(read == .start(StartupMessage(user: "anna", database: "shop", parameters: [.init("options", "-c a=b"), .init("application_name", "")])))
    }

    @Test("The database is the user's name where none is given")
    func database() throws {
        guard case .start(let message)? = try read(packet(3 << 16, ["user", "anna"]))?.packet else { Issue.record("no startup message"); return }
        #expect(message.database == "anna")
        #expect(!message.needsNegotiation)
    }

    private func startup(_ minor: Int32, _ pairs: [String] = []) throws -> StartupMessage {
        let read = try read(packet(3 << 16 | minor, ["user", "a"] + pairs))
        guard case .start(let message)? = read?.packet else { throw WireViolation.malformed("no startup message") }
        return message
    }

    private func negotiation(_ message: StartupMessage) -> [UInt8] {
        var writer = MessageWriter()
        writer.negotiateProtocolVersion(message)
        return writer.bytes
    }

    @Test("A higher minor version and protocol options ask for negotiation, and a node gets neither")
    func negotiation() throws {
        let message = try startup(9999, ["_pq_.x", "1", "_pq_.y", "2", "_pq_.x", "3"])
        #expect(message.minor == 9999)
        #expect(message.protocolOptions == ["_pq_.x", "_pq_.y"], "each once")
        #expect(message.needsNegotiation)
        #expect(message.packet == packet(3 << 16, ["user", "a", "database", "a"]))
        #expect(negotiation(message) == [0x76, 0, 0, 0, 26, 0, 3, 0, 2, 0, 0, 0, 2] + Array("_pq_.x\u{0}_pq_.y\u{0}".utf8))
    }

    @Test("Protocol 3.2 is spoken without negotiation, 3.0 with a client that asks for no more")
    func versions() throws {
        for (minor, spoken, takesLongKey, negotiates) in [(0, 0, false, false), (1, 1, false, false), (2, 2, true, false), (3, 2, true, true), (9999, 2, true, true)] {
            let message = try startup(Int32(minor))
            #expect(message.spokenMinor == spoken && message.takesLongKey == takesLongKey && message.needsNegotiation == negotiates, "3.\(minor)")
        }
        #expect(try startup(0, ["_pq_.x", "1"]).needsNegotiation)
        #expect(negotiation(try startup(0, ["_pq_.x", "1"]))[5..<9] == [0, 3, 0, 0], "options alone do not change the version")
    }

    @Test("The version of the future that libpq tests with is negotiated down to 3.2, and its test option named")
    func grease() throws {
        let message = try startup(9999, ["_pq_.test_protocol_negotiation", ""])
        #expect(negotiation(message) == [0x76, 0, 0, 0, 43, 0, 3, 0, 2, 0, 0, 0, 1] + Array("_pq_.test_protocol_negotiation\u{0}".utf8))
    }

    @Test("Requests for encryption and for a cancel are told apart")
    func requests() throws {
        #expect(try read(request(80_877_103))?.packet == .sslRequest)
        #expect(try read(request(80_877_104))?.packet == .gssRequest)
        #expect(try read(request(80_877_102, 7, -9))?.packet == .cancel(BackendKey(process: 7, secret: -9)))
        #expect(BackendKey(process: 7, secret: -9).cancelRequest == request(80_877_102, 7, -9))
    }

    @Test("A cancel request carries a secret of 4 to 256 bytes", arguments: [3, 4, 5, 32, 255, 256, 257])
    func longCancel(length: Int) throws {
        let secret = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }
        var writer = MessageWriter()
        writer.untyped { $0.int32(80_877_102); $0.int32(7); $0.raw(secret) }
        guard (4...256).contains(length) else {
            #expect(BackendKey(process: 7, secret: secret) == nil)
            #expect(throws: WireViolation.malformed(length < 4 ? "startup packet" : "cancel request")) { try read(writer.bytes) }
            return
        }
        let key = try #require(BackendKey(process: 7, secret: secret))
        #expect(key.secret == secret)
        #expect(key.cancelRequest == writer.bytes)
        #expect(try read(writer.bytes)?.packet == .cancel(key))
    }

    @Test("Every truncation of a startup message waits for more")
    func truncation() throws {
        let bytes = packet(3 << 16, ["user", "anna", "database", "shop"])
        for count in 0..<bytes.count { #expect(try read(Array(bytes[..<count])) == nil, "\(count) bytes") }
    }

    @Test("A startup message cut short within its stated length is refused at every length", arguments: 8..<33)
    func cutShort(length: Int) {
        var bytes = Array(packet(3 << 16, ["user", "anna", "database", "shop"])[..<length])
        bytes.replaceSubrange(0..<4, with: withUnsafeBytes(of: Int32(length).bigEndian) { Array($0) })
        #expect(throws: WireViolation.self) { try read(bytes) }
    }

    @Test("Lengths that no startup packet has are refused at once", arguments: [Int32.min, -1, 0, 4, 7, 10_001, 1_195_725_856, Int32.max])
    func lengths(length: Int32) {
        let bytes = withUnsafeBytes(of: length.bigEndian) { Array($0) }
        #expect(throws: WireViolation.badStartupLength(Int(length))) { try read(bytes) }
    }

    @Test("A message without terminator, user, or with bytes behind its end is refused")
    func malformed() {
        #expect(throws: WireViolation.self) { try read(packet(3 << 16, ["user", "anna"], terminator: false)) }
        #expect(throws: WireViolation.self) { try read(packet(3 << 16, ["database", "shop"])) }
        #expect(throws: WireViolation.self) { try read(packet(3 << 16, ["user", ""])) }
        #expect(throws: WireViolation.self) { try read(packet(3 << 16, ["user", "anna", "", "x"])) }
        #expect(throws: WireViolation.self) { try read(request(80_877_103, 1)) }
        #expect(throws: WireViolation.self) { try read(request(80_877_102, 1)) }
    }

    @Test("Protocol 2 and 4 are refused with their numbers", arguments: [2, 4, 0])
    func majors(major: Int) {
        #expect(throws: WireViolation.unsupportedProtocol(major: major, minor: 1)) { try read(packet(Int32(major) << 16 | 1, ["user", "a"])) }
    }

    @Test("Replication is asked for by anything but PostgreSQL's words for false")
    func replication() {
        for (value, asks) in [("true", true), ("database", true), ("1", true), ("off", false), ("FALSE", false), ("0", false)] {
            #expect(StartupMessage(user: "a", database: "a", parameters: [.init("replication", value)]).isReplication == asks, "\(value)")
        }
        #expect(!StartupMessage(user: "a", database: "a").isReplication)
    }
}
