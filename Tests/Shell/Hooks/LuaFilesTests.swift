import Foundation
import Testing
@testable import Hooks

@Suite("The Lua files that come with Understudy")
struct LuaFilesTests {
    @Test("The editor's stubs are what the declarations say")
    func stubs() throws {
        let stored = try String(contentsOf: Stage.root.appending(path: "lua/meta/understudy.lua"), encoding: .utf8)
        #expect(stored == LuaStubs.text, "run: understudy render stubs > lua/meta/understudy.lua")
    }

    private static let configuration = "lua/meta/luacheckrc"

    @Test("luacheck's configuration is what the declarations say")
    func configuration() throws {
        let stored = try String(contentsOf: Stage.root.appending(path: Self.configuration), encoding: .utf8)
        #expect(stored == LuacheckConfiguration.text, "run: understudy render luacheck > \(Self.configuration)")
    }

    @Test("A hook sees the names that luacheck is told of, and no others")
    func globals() async throws {
        let body = """
              local found = {}
              for name, value in next, _G do
                local fields = {}
                if type(value) == "table" and value ~= _G then for field in next, value do fields[#fields + 1] = field end end
                table.sort(fields)
                found[name] = fields
              end
              return us.done { found = found }
            """
        try await onStage(["ours.lua": failoverHook(body, header: ", replaces = 'understudy/failover'")]) { stage in
            guard case .done(_, let info) = await stage.failOver(stage.runner()) else { Issue.record("no globals"); return }
            let found = info["found"].map?.mapValues { $0.list?.compactMap(\.text) ?? [] }
            #expect(found == LuacheckConfiguration.globals)
        }
    }

    /// What luacheck, which is Debian's lua-check, says of files with a configuration; the repository's own where none is named.
    private func luacheck(_ files: [String], configuration: String? = nil) throws -> (status: Int32, words: String) {
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/env")
        check.arguments = ["luacheck", "--quiet", "--no-color"] + (configuration.map { ["--config", $0] } ?? []) + files
        check.currentDirectoryURL = Stage.root
        let output = Pipe()
        check.standardOutput = output
        try check.run()
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        check.waitUntilExit()
        return (check.terminationStatus, words)
    }

    @Test("luacheck finds nothing in the library")
    func library() throws {
        let (status, words) = try luacheck(["lua"])
        #expect(status == 0, "\(words)")
    }

    @Test("luacheck finds nothing in the bundled hooks, the samples and the tests, with what it is told of hooks")
    func hooks() throws {
        let (status, words) = try luacheck(["hooks", "samples/hooks", "Tests/Shell/Hooks/Specs"], configuration: Self.configuration)
        #expect(status == 0, "\(words)")
    }

    @Test("luacheck names what a hook does not have", arguments: [
        ("io.open 'x'", "accessing undefined variable 'io'"), ("os.execute 'x'", "accessing undefined field 'execute' of global 'os'"), ("print(string.dump)", "accessing undefined field 'dump' of global 'string'"),
        ("print(os.getenv 'x')", "accessing undefined field 'getenv' of global 'os'"), ("describe('x', print)", "accessing undefined variable 'describe'"), ("x = 1", "setting non-standard global variable 'x'"),
    ])
    func missing(_ body: String, _ finding: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "understudy-luacheck-\(UUID().uuidString).lua")
        try Data(body.utf8).write(to: file)
        defer { do { try FileManager.default.removeItem(at: file) } catch { Issue.record(error) } }
        let (status, words) = try luacheck([file.path], configuration: Self.configuration)
        #expect(status != 0 && words.contains(finding), "\(words)")
    }
}
