import Foundation
import Testing
@testable import Credentials

@Suite("Pool key")
struct PoolKeyTests {
    /// Written by pgpool-II 4.3.5: `pg_enc -k FILE pencil`.
    @Test("Entries that pg_enc wrote are read, and the same ones written", arguments: [
        ("my secret key\n", "pencil", "buA5AYpoNoHm0NwcEfn3AQ=="), ("my secret key", "pencil", "buA5AYpoNoHm0NwcEfn3AQ=="), ("my secret key\r\n", "pencil", "DV1DKra9vOTF4gWPb+BqDQ=="),
        ("first\nsecond\n", "pencil", "xZsqlHL9HSotJVtzt+sEOw=="), (" lead\n", "pencil", "KVtyeTm33DtpmN8XIvcSgw=="), ("a b  \n", "pencil", "3SK7TqYphaUGoaD6K2/BjQ=="), ("äö\n", "pencil", "9nLl24tZmU6GBA8alxRoSA=="),
    ])
    func vectors(_ file: String, _ password: String, _ entry: String) throws {
        let key = try #require(PoolKey(file: file))
        #expect(key.decrypt(entry) == password)
        #expect(try key.encrypt(password) == entry)
    }

    @Test("What another key wrote, or what is no entry, is not decrypted")
    func wrong() throws {
        let key = try #require(PoolKey(file: "other"))
        for entry in ["buA5AYpoNoHm0NwcEfn3AQ==", "", "!", "AAAA", "buA5AYpoNoHm0NwcEfn3AQ"] { #expect(key.decrypt(entry) == nil, "\(entry)") }
        #expect(PoolKey(file: "") == nil && PoolKey(file: "\nsecond") == nil)
    }

    @Test("Every length goes there and back")
    func lengths() throws {
        let key = try #require(PoolKey(file: "k"))
        for count in 0..<70 {
            let text = String(repeating: "ä", count: count)
            #expect(key.decrypt(try key.encrypt(text)) == text)
        }
    }

    @Test("pg_enc of this machine agrees", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/pg_enc")))
    func reference() throws {
        let path = NSTemporaryDirectory() + "poolkey-\(UUID().uuidString)"
        #expect(FileManager.default.createFile(atPath: path, contents: Data("a key of this test\n".utf8), attributes: [.posixPermissions: 0o600]))
        defer { unlink(path) }
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/sbin/pg_enc")
        // The password is this test's own: what is in argv is no secret.
        process.arguments = ["-k", path, "not a real password"]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let line = try #require(output.split(separator: "\n").first { $0.contains("pool_passwd string: AES") })
        let entry = try #require(line.split(separator: "AES").last.map(String.init))
        let key = try #require(PoolKey(file: "a key of this test\n"))
        #expect(key.decrypt(entry) == "not a real password")
        #expect(try key.encrypt("not a real password") == entry)
    }

    @Test("A key does not print itself")
    func redaction() throws { #expect("\(try #require(PoolKey(file: "sesame")))" == "<secret>") }
}
