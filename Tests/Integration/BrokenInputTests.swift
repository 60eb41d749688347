import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Broken input")
    struct BrokenInputTests {
        @Test("Garbage, truncated and oversized startup packets end that connection with an error, and nothing else")
        func startup() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                let port = cluster.description.port
                let bystander = try cluster.connect()
                try bystander.query("SELECT 1")
                let packets: [(what: String, bytes: [UInt8])] = [
                    ("an HTTP request", Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)),
                    ("a length of 0", [0, 0, 0, 0]), ("a length of 4", [0, 0, 0, 4]), ("a length of 7", [0, 0, 0, 7, 0, 3, 0]),
                    ("a length of 2 GB", [0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0]), ("a negative length", [0xff, 0xff, 0xff, 0xff]),
                    ("10 001 bytes", startup(Array(repeating: 65, count: 10_001 - 8))),
                    ("protocol 2", [0, 0, 0, 8, 0, 2, 0, 0]), ("protocol 9", [0, 0, 0, 8, 0, 9, 0, 0]),
                    ("no user", startup(Array("database\0app\0\0".utf8))), ("no end", startup(Array("user\0app\0".utf8))),
                    ("a name without a value", startup(Array("user\0\0".utf8))), ("random bytes", (0..<64).map { _ in UInt8.random(in: 0...255) }),
                ]
                for (what, bytes) in packets {
                    let connection = try RawConnection(port: port)
                    try connection.send(bytes)
                    connection.finish()
                    let answer = try connection.readToEnd()
                    #expect(answer.isEmpty || answer.hasPrefix("E"), "\(what): \(answer)")
                }
                for length in 1..<24 {
                    let connection = try RawConnection(port: port)
                    try connection.send(Array(startup(Array("user\0app\0database\0app\0\0".utf8)).prefix(length)))
                }
                try bystander.query("SELECT 2")
                try cluster.connect().query("SELECT 3")
            }
        }

        @Test("A message of an impossible length ends its session alone")
        func messages() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                for bytes: [UInt8] in [[0x51, 0, 0, 0, 0], [0x51, 0xff, 0xff, 0xff, 0xff], [0x00, 0, 0, 0, 4], [0x51, 0, 0, 0, 3]] {
                    let connection = try RawConnection(port: cluster.description.port)
                    try connection.send(startup(Array("user\0trusting\0database\0app\0\0".utf8)))
                    _ = try connection.read { $0.hasSuffix("Z\0\0\0\u{5}I") }
                    try connection.send(bytes)
                    let answer = try connection.readToEnd()
                    #expect(answer.contains("08P01"), "\(bytes): \(answer)")
                }
                try cluster.connect().query("SELECT 1")
            }
        }

        private func startup(_ body: [UInt8]) -> [UInt8] {
            let length = UInt32(body.count + 8)
            return [UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), 0, 3, 0, 0] + body
        }
    }
}
