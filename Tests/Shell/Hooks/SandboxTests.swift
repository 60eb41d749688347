import Testing
@testable import Hooks

@Suite("The sandbox", .serialized)
struct SandboxTests {
    /// Runs a boot chunk and answers each of its calls; the last output.
    private func run(_ text: String, request: HookValue = .none, answer: (HookValue) -> [UInt8] = SandboxTests.echo) throws -> HookValue {
        try run(text, requestBytes: request.encoded, answer: answer)
    }

    private func run(_ text: String, requestBytes: [UInt8], answer: (HookValue) -> [UInt8] = SandboxTests.echo) throws -> HookValue {
        try SandboxRun()(text, request: requestBytes, answer: answer).output
    }

    private static func answer(_ value: HookValue) -> [UInt8] { value.encoded }
    private static func echo(_ call: HookValue) -> [UInt8] { answer(["value": call["arguments"]]) }

    @Test("Values go through Lua and come back as they were", arguments: [
        .none, true, false, 0, -1, .integer(.max), .integer(.min), .double(0.5), .double(.infinity), "", "é\u{0}☃",
        [1, "two", [3]], ["a": ["b": [["c": 1]]]], [["x": true], ["y": false]],
    ] as [HookValue])
    func echo(value: HookValue) throws {
        #expect(try run("local _, request = ... return request", request: value) == value)
    }

    @Test("What a hook asks for carries its line and arguments, nil among them, and the answer comes back")
    func call() throws {
        var asked: HookValue = nil
        let result = try run("local engine = ...\nlocal answer = engine.call('node.ping', 1, nil, 'x')\nreturn answer", answer: { asked = $0; return Self.answer(["value": "pong"]) })
        #expect(result == "pong")
        #expect(asked == ["kind": "call", "op": "node.ping", "arguments": [1, nil, "x"], "file": "ours.lua", "line": 2, "step": ""])
    }

    @Test("A call passes through whatever can yield", arguments: [
        "return engine.call('x', 7)[1]",
        "return select(2, pcall(engine.call, 'x', 7))[1]",
        "return select(2, xpcall(engine.call, error, 'x', 7))[1]",
        "return coroutine.wrap(function() return engine.call('x', 7)[1] end)()",
        "return select(2, coroutine.resume(coroutine.create(function() return engine.call('x', 7)[1] end)))",
        "return coroutine.wrap(function() return coroutine.wrap(function() return pcall(engine.call, 'x', 1) and engine.call('x', 7)[1] end)() end)()",
        "local co = coroutine.wrap(function() local v = engine.call('x', 7)[1] coroutine.yield('mine') return v end) assert(co() == 'mine') return co()",
        "return setmetatable({}, { __index = function() return engine.call('x', 7)[1] end }).field",
        "for v in function() return engine.call('x', 7)[1] end do return v end",
        "local v do local _ <close> = setmetatable({}, { __close = function() v = engine.call('x', 7)[1] end }) end return v",
        "return engine.anchor(function() return engine.call('x', 7)[1] end)()",
    ])
    func yields(body: String) throws {
        #expect(try run("local engine = ... " + body) == 7)
    }

    @Test("A call where Lua cannot yield is refused, also behind a coroutine", arguments: [
        "table.sort({2, 1}, function() engine.call('node.ping') end)",
        "table.sort({2, 1}, function() coroutine.wrap(function() engine.call('node.ping') end)() end)",
        "('x'):gsub('x', function() engine.call('node.ping') end)",
        "tostring(setmetatable({}, { __tostring = function() engine.call('node.ping') end }))",
    ])
    func unyieldable(body: String) throws {
        let fault = try run("local engine = ... " + body)
        #expect(fault["message"].text?.hasSuffix("node.ping cannot be called from inside a table.sort comparator, gsub callback or metamethod") == true)
    }

    @Test("xpcall gives what Lua's gives")
    func xpcall() throws {
        #expect(try run("return { xpcall(function(a, b) return a, b end, error, 1, 2) }") == [true, 1, 2])
        #expect(try run("return { xpcall(error, function(m) return 'handled ' .. m end, 'boom') }") == [false, "handled boom"])
        #expect(try run("return { xpcall(function() error({ code = 3 }) end, function(e) return e.code end) }") == [false, 3])
    }

    @Test("Bytes that are no value are refused without harm", arguments: [[], [9], [5, 255, 255, 255, 255], [6, 255, 255, 255, 255], [7, 1, 0, 0, 0], [0, 0]] as [[UInt8]])
    func malformed(bytes: [UInt8]) throws {
        let fault = try run("return 1", requestBytes: bytes)
        #expect(fault["kind"] == "fault")
        #expect(fault["message"].text?.hasPrefix("malformed value: ") == true)
        let answered = try run("local engine = ... return engine.call('x')", answer: { _ in bytes })
        #expect(answered["message"].text?.hasPrefix("malformed value: ") == true)
    }

    @Test("Damaged bytes that Swift refuses are refused by Lua too", arguments: 0..<20)
    func damaged(seed: UInt8) throws {
        let whole = (["a": [1, "two", [nil, 0.5, true]], "b": ["c": ["d": "é"]]] as HookValue).encoded
        for index in whole.indices {
            var bytes = whole
            bytes[index] = bytes[index] &+ seed &* 13 &+ 1
            let result = try run("local _, request = ... return { value = request }", requestBytes: bytes)
            // Lua takes any bytes as text, and refuses them on the way out; what Swift refuses must not get through.
            if case .failure = Result(catching: { try HookValue(decoding: bytes) }) { #expect(result["kind"] == "fault", "\(bytes)") }
        }
    }

    @Test("What cannot cross is named", arguments: [
        ("return { assert }", "a function cannot"), ("return { [1.5] = 1 }", "a table with a number as key"), ("return { [true] = 1 }", "a table with a boolean as key"),
        ("return { 1, nil, 3 }", "a table with a number as key"), ("return coroutine.create(function() end)", "a thread cannot"),
        ("local t = {} t.t = t return t", "a table nested more than 32 deep"), ("local s = ('x'):rep(4 << 20) return { s, s, s }", "the value is too large"),
    ])
    func unencodable(body: String, message: String) throws {
        let result = try run(body)
        #expect(result["message"].text?.hasPrefix(message) == true, "\(result)")
    }

    @Test("A thousand refusals leave nothing behind")
    func refusals() throws {
        let result = try run("local engine = ... for i = 1, 1000 do assert(not pcall(engine.call, 'x')) end return 'survived'", answer: { _ in
            Self.answer(["failed": ["class": "environment", "message": "no", "is_final": false]])
        })
        #expect(result == "survived")
    }

    @Test("No way leads out of the sandbox", arguments: ["io", "debug", "package", "dofile", "loadfile", "load", "require", "print", "os.execute", "os.exit",
                                                         "os.getenv", "os.remove", "os.rename", "os.tmpname", "string.dump"])
    func noWayOut(name: String) throws {
        let path = name.split(separator: ".")
        let text = path.count == 2 ? "return \(path[0]).\(path[1]) == nil" : "return _G['\(name)'] == nil"
        #expect(try run(text) == true)
    }

    @Test("The metatable of strings is out of reach, and __gc is refused")
    func metatables() throws {
        #expect(try run("return getmetatable('') == nil") == true)
        #expect(try run("return pcall(setmetatable, {}, { __gc = function() end })") == false)
        #expect(try run("return getmetatable(setmetatable({}, { __metatable = 'mine' }))") == "mine")
    }
}
