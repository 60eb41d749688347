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

    @Test("A higher minor version and protocol options ask for negotiation, and a node gets neither")
    func negotiation() throws {
        guard case .start(let message)? = try read(packet(3 << 16 | 9999, ["user", "a", "_pq_.x", "1", "_pq_.y", "2"]))?.packet else {
            Issue.record("no startup message")
            return
        }
        #expect(message.minor == 9999)
        #expect(message.protocolOptions == ["_pq_.x", "_pq_.y"])
        #expect(message.needsNegotiation)
        #expect(message.packet == packet(3 << 16, ["user", "a", "database", "a"]))
    }

    @Test("Requests for encryption and for a cancel are told apart")
    func requests() throws {
        #expect(try read(request(80_877_103))?.packet == .sslRequest)
        #expect(try read(request(80_877_104))?.packet == .gssRequest)
        #expect(try read(request(80_877_102, 7, -9))?.packet == .cancel(BackendKey(process: 7, secret: -9)))
        #expect(BackendKey(process: 7, secret: -9).cancelRequest == request(80_877_102, 7, -9))
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
    func versions(major: Int) {
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
