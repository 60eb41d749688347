import Foundation
import Testing
@testable import Settings

@Suite("DiskSource")
struct DiskSourceTests {
    /// A folder that is gone after the test.
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
        }
        try body(folder)
    }

    private func write(_ bytes: [UInt8], _ path: String, mode: Int = 0o600) {
        #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: mode]))
    }

    @Test("Files, folders and modes are read as they are on disk")
    func reads() throws {
        try inFolder { folder in
            write(Array("include_dir 'd'\nbackend_hostname0 = a\nhealth_check_user = p\n".utf8), folder + "/u.conf")
            try FileManager.default.createDirectory(atPath: folder + "/d", withIntermediateDirectories: false)
            write(Array("port = 1\r\n".utf8), folder + "/d/a.conf")
            write(Array("port = 2\nhealth_check_password = x".utf8), folder + "/d/b.conf", mode: 0o644)
            let file = ConfigurationFile(path: folder + "/u.conf")
            #expect(file.settings[\.connections.port] == 2)
            #expect(file.diagnostics.map(\.place.description) == ["\(folder)/d/b.conf:2"])
            #expect(file.diagnostics.first?.message.contains("mode 0644") == true)
        }
    }

    @Test("What is no text is refused with the reason")
    func refuses() throws {
        try inFolder { folder in
            write([0xff, 0xfe], folder + "/bytes")
            write([UInt8(ascii: "a"), 0], folder + "/nul")
            write([UInt8](repeating: UInt8(ascii: " "), count: ConfigurationFile.largestFile), folder + "/large")
            write([UInt8](repeating: UInt8(ascii: " "), count: ConfigurationFile.largestFile + 1), folder + "/larger")
            func reason(_ name: String) -> String? { if case .failure(let failure) = DiskSource().contents(of: folder + name) { failure.reason } else { nil } }
            #expect(reason("/bytes") == "it is not UTF-8 text")
            #expect(reason("/nul") == "it is not UTF-8 text")
            #expect(reason("/large") == nil)
            #expect(reason("/larger") == "it is larger than \(ConfigurationFile.largestFile) bytes")
        }
    }

    @Test("Only what is certainly absent does not exist")
    func exists() throws {
        try inFolder { folder in
            write([], folder + "/x")
            #expect(DiskSource().exists(folder + "/x"))
            #expect(!DiskSource().exists(folder + "/y"))
            #expect(!DiskSource().exists(folder + "/x/y"))
            #expect(DiskSource().exists(folder + "/" + String(repeating: "n", count: 300)))
            #expect(DiskSource().access(to: folder + "/y") == nil)
        }
    }
}
