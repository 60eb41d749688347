import TestSupport
import Testing
@testable import PostgresWire

/// Bodies that a peer made up: they are read or refused, and never trap.
@Suite("Messages, fuzzed")
struct MessageFuzzTests {
    @Test("A startup packet is read or refused, and means the same again when it is written out")
    func startup() {
        Fuzz.run("startup packets", seeds: 5000) { seed, random in
            var bytes = Self.startupPacket(&random)
            if random.oneIn(3) { bytes = random.mutated(bytes) }
            for count in [0, 3, bytes.count / 2, bytes.count] {
                guard case .start(let message)? = Self.read(Array(bytes[..<min(count, bytes.count)])) else { continue }
                guard case .start(let again)? = Self.read(message.packet) else { Issue.record("seed \(seed): cannot be read again"); continue }
                #expect(again.user == message.user && again.database == message.database && again.parameters == message.parameters, "seed \(seed)")
            }
        }
    }

    /// Nil: refused, or not all there.
    private static func read(_ bytes: [UInt8]) -> StartupPacket? {
        bytes.withUnsafeBytes { buffer in
            do { return try StartupPacket.read(buffer)?.packet } catch { return nil }
        }
    }

    private static func startupPacket(_ random: inout SeededRandom) -> [UInt8] {
        let codes: [Int32] = [3 << 16, 3 << 16 | 2, 3 << 16 | 9999, 80_877_102, 80_877_103, 80_877_104, 2 << 16, Int32.random(in: .min ... .max, using: &random)]
        let names = ["user", "database", "options", "replication", "client_encoding", "_pq_.x", "application_name", ""]
        var writer = MessageWriter()
        writer.untyped { body in
            body.int32(codes.randomElement(using: &random) ?? 0)
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                body.string(names.randomElement(using: &random) ?? "")
                body.raw(random.bytes(Int.random(in: 0...20, using: &random)))
                body.byte(0)
            }
            if !random.oneIn(5) { body.byte(0) }
        }
        return writer.bytes
    }

    @Test("A node's messages that are looked at are read or refused")
    func backend() {
        Fuzz.run("node messages", seeds: 5000) { _, random in
            let bodies = [
                Array(ErrorMessage(.error, .protocolViolation, "a message", detail: "d", hint: "h").bytes.dropFirst(5)),
                [0, 0, 0, 10] + Array("SCRAM-SHA-256\0\0".utf8), [0, 0, 0, 5, 1, 2, 3, 4], [0, 0, 0, 11] + Array("r=abc,s=QUJD,i=4096".utf8),
                [0, 0, 0, 1, 0, 0, 0, 2], random.bytes(Int.random(in: 0...40, using: &random)),
            ]
            for body in bodies {
                let mutated = random.mutated(body)
                for bytes in [mutated, Array(mutated.prefix(Int.random(in: 0...mutated.count, using: &random)))] {
                    bytes.withUnsafeBytes { buffer in
                        Self.mayRefuse { () throws(WireViolation) in _ = try ErrorMessage(body: buffer) }
                        Self.mayRefuse { () throws(WireViolation) in _ = try AuthenticationRequest(body: buffer) }
                        Self.mayRefuse { () throws(WireViolation) in _ = try BackendKey(body: buffer) }
                        Self.mayRefuse { () throws(WireViolation) in _ = try TransactionStatus(body: buffer) }
                    }
                }
            }
        }
    }

    /// What is under test is that nothing traps: a refusal is as good as a reading.
    private static func mayRefuse(_ body: () throws(WireViolation) -> Void) {
        do { try body() } catch { return }
    }
}
