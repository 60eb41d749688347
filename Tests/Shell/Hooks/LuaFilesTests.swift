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

    @Test("luacheck finds nothing in them")
    func luacheck() throws {
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/env")
        check.arguments = ["luacheck", "--quiet", "--no-color", "lua", "hooks", "samples/hooks", "Tests/Shell/Hooks/Specs"]
        check.currentDirectoryURL = Stage.root
        let output = Pipe()
        check.standardOutput = output
        try check.run()
        let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        check.waitUntilExit()
        #expect(check.terminationStatus == 0, "\(words) (luacheck is Debian's lua-check)")
    }
}
