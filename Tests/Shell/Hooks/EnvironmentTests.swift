import Testing
@testable import Hooks

@Suite("What hook code finds")
struct EnvironmentTests {
    /// The global table and its libraries, as a sorted list of words: `string.find`.
    private static let listing = """
        local found = {}
        for name, value in pairs(_G) do
          found[#found + 1] = name
          if type(value) == "table" and value ~= _G then
            for inner in pairs(value) do found[#found + 1] = name .. "." .. inner end
          end
        end
        return us.done { found = found }
        """

    @Test("The globals are these and no others")
    func globals() async throws {
        try await onStage(["ours.lua": failoverHook(Self.listing)]) { stage in
            guard case .done(_, let info) = await stage.failOver(stage.runner()) else { Issue.record("did not run"); return }
            let found = (info["found"].list ?? []).compactMap(\.text)
            let expected = """
                _G _VERSION assert collectgarbage coroutine coroutine.close coroutine.create coroutine.isyieldable coroutine.resume coroutine.running \
                coroutine.status coroutine.wrap coroutine.yield error getmetatable ipairs load math math.abs math.acos math.asin math.atan math.ceil math.cos \
                math.deg math.exp math.floor math.fmod math.huge math.log math.max math.maxinteger math.min math.mininteger math.modf math.pi math.rad \
                math.random math.randomseed math.sin math.sqrt math.tan math.tointeger math.type math.ult next os os.clock os.date os.difftime os.time pairs \
                pcall print rawequal rawget rawlen rawset require select setmetatable string string.byte string.char string.find string.format string.gmatch \
                string.gsub string.len string.lower string.match string.pack string.packsize string.rep string.reverse string.sub string.unpack string.upper \
                table table.concat table.insert table.move table.pack table.remove table.sort table.unpack tonumber tostring type utf8 utf8.char \
                utf8.charpattern utf8.codepoint utf8.codes utf8.len utf8.offset xpcall
                """
            #expect(found.sorted() == expected.split(separator: " ").map(String.init).sorted())
        }
    }

    @Test("Each is refused by name", arguments: [
        ("setmetatable({}, { __gc = function() end })", "__gc is not available in hooks: use a variable with <close>"),
        ("collectgarbage()", nil), ("collectgarbage 'collect'", "collectgarbage takes only \"count\" in hooks"),
        ("nodez = 1", "assignment to undeclared global \"nodez\" (did you forget 'local'?)"),
        ("assert(load '\\27Lua')", "attempt to load a binary chunk (mode is 't')"),
        ("load(('x'):rep(2 << 20))", "load: a chunk is at most 1 MB"),
        ("require 'understudy.internal.records'", "there is no module \"understudy.internal.records\" in lib/ or in Understudy's library"),
        ("string.rep('x', 1 << 40)", "string.rep would make a text of more than 16777216 bytes, the most that a hook's may have"),
        ("table.concat({}, '', 1, 1 << 40)", "a list of more than 4194304 entries, the most that one call goes through"),
        ("table.move({}, 1, 1 << 40, 2)", "a list of more than 4194304 entries, the most that one call goes through"),
        ("table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1, 1)", "a list of more than 4194304 entries, the most that one call goes through"),
    ] as [(String, String?)])
    func refused(code: String, message: String?) async throws {
        try await onStage(["ours.lua": failoverHook(code)]) { stage in
            switch (await stage.failOver(stage.runner()), message) {
            case (.failed(let fault), let message?):
                #expect(fault.message.hasPrefix(message), "\(fault)")
                #expect(fault.place?.line == 4)
            case (.failed(let fault), nil): Issue.record("\(fault)")
            case (_, let message): #expect(message == nil)
            }
        }
    }

    @Test("Time stands still between two answers, and is what the request says")
    func clock() throws {
        let request: HookValue = ["clock": ["at": 1_700_000_000.5, "seed": 7]]
        let script = """
            local engine = ...
            local first, began = os.time(), os.date('!%Y-%m-%d %H:%M:%S')
            for _ = 1, 1000000 do end
            local same = os.time() == first and os.clock() == 0 and engine.now() == 1700000000.5
            engine.call('x')
            local later = { os.time(), os.clock(), os.difftime(os.time(), first) }
            engine.call('back')
            return { same = same, first = first, began = began, later = later, after = os.time(), of = os.date('!%H', os.time { year = 2024, month = 1, day = 1 }) ~= nil }
            """
        let result = try SandboxRun()(script, request: request.encoded) { (["at": $0["op"] == "back" ? 5 : 1_700_000_060.5] as HookValue).encoded }.output
        #expect(result["value"] == nil)
        #expect(result["same"] == true && result["first"] == 1_700_000_000 && result["began"] == "2023-11-14 22:13:20")
        #expect(result["later"] == [1_700_000_060, .double(60), .double(60)])
        #expect(result["after"] == 1_700_000_060, "time never goes back")
    }

    @Test("Random numbers come from the seed, also after a seed that was not given")
    func chance() throws {
        let numbers: (Int64) throws -> HookValue = { seed in
            try SandboxRun()("local t = {} for i = 1, 5 do t[i] = math.random(1 << 40) end math.randomseed() for i = 6, 9 do t[i] = math.random(1 << 40) end return t",
                             request: ["clock": ["at": 0, "seed": .integer(seed)]])
        }
        #expect(try numbers(1) == numbers(1))
        #expect(try numbers(1) != numbers(2))
        let list = try numbers(1).list ?? []
        #expect(Set(list).count == 9)
        #expect(try SandboxRun()("math.randomseed(42) return math.random(1 << 40)") == SandboxRun()("math.randomseed(42) return math.random(1 << 40)"))
    }

    @Test("pairs goes through a table in the same order in every process, and keeps what Lua promises")
    func order() throws {
        let words = "local t = { 'one', 'two' } for _, w in ipairs { 'pg3', 'pg1', 'zebra', 'pg2', 'a', 'é', '' } do t[w] = #w end t[true] = 'yes' t[2.5] = 'half' "
        let keys = try SandboxRun()(words + "local seen = {} for k in pairs(t) do seen[#seen + 1] = tostring(k) end return seen").list?.compactMap(\.text) ?? []
        #expect(Set(keys.prefix(4)) == ["1", "2", "true", "2.5"])
        #expect(Array(keys.dropFirst(4)) == ["", "a", "pg1", "pg2", "pg3", "zebra", "é"])
        #expect(try SandboxRun()(words + "for k in pairs(t) do t[k] = nil end return next(t) == nil") == true)
        #expect(try SandboxRun()(words + "local n = 0 for k, v in pairs(t) do n = n + 1 assert(t[k] == v) end return n") == 11)
        #expect(try SandboxRun()("local t = { a = 1, b = 2, c = 3 } local n = 0 for k in pairs(t) do n = n + 1 t.c = nil end return n") == 2)
        #expect(try SandboxRun()("local t = setmetatable({}, { __pairs = function() return function(_, k) if not k then return 1, 2 end end, nil, nil end }) for k, v in pairs(t) do return k + v end") == 3)
        #expect(try SandboxRun()("return select(2, pcall(function() for _ in pairs(nil) do end end))").text?.contains("table expected") == true)
    }
}
