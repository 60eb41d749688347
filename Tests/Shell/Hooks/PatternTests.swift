import CLua
import Testing
@testable import Hooks

@Suite("Lua's patterns, matched by us", .serialized)
struct PatternTests {
    /// Makes patterns and texts from a seed and writes what each function gives for them, one line a call: without any
    /// pattern of its own, because it runs in both.
    private static let script = #"""
        local seed = SEED
        local function R(low, high)
          if not high then low, high = 1, low end
          seed = (seed * 6364136223846793005 + 1442695040888963407)
          return low + ((seed >> 33) % (high - low + 1))
        end
        local function pick(list) return list[R(#list)] end
        local bytes = { "a", "b", "A", "1", " ", "(", ")", "[", "]", "%", "-", ".", "\0", "\xe9", "x", "^", "$", "*" }
        local function text()
          local parts = {}
          for i = 1, R(0, 14) do parts[i] = R(3) > 1 and pick { "a", "b", "1" } or pick(bytes) end
          return table.concat(parts)
        end
        local function set()
          local parts = { R(3) == 1 and "[^" or "[" }
          if R(6) == 1 then parts[2] = "]" end
          for i = 1, R(1, 3) do
            parts[#parts + 1] = i == 1 and #parts == 1 and pick { "a", "%d", "a-c", "." }
              or pick { "a", "b", "a-b", "0-9", "%d", "%a", "%s", "-", "%]", "^", "%%", "a-%%", "$", ".", "z-a" }
          end
          if R(8) == 1 then parts[#parts + 1] = "-" end
          parts[#parts + 1] = "]"
          return table.concat(parts)
        end
        local function single()
          local kind = R(8)
          if kind <= 3 then return pick { "a", "b", "1", " ", "A", "^", "]", "x" } end
          if kind == 4 then return "." end
          if kind > 5 then return set() end
          return "%" .. pick { "a", "c", "d", "g", "l", "p", "s", "u", "w", "x", "z", "A", "D", "S", "W", "L", "U", "Z", ".", "%", "(", "]", "-", "q" }
        end
        local function well_formed()
          local parts, open, closed, count = {}, {}, {}, 0
          if R(6) == 1 then parts[1] = "^" end
          for _ = 1, R(1, 6) do
            local kind = R(14)
            if kind <= 7 then parts[#parts + 1] = single() .. (R(2) == 1 and pick { "*", "+", "-", "?" } or "")
            elseif kind == 8 and count < 9 then count = count + 1 open[#open + 1] = count parts[#parts + 1] = "("
            elseif kind == 9 and #open > 0 then closed[#closed + 1] = table.remove(open) parts[#parts + 1] = ")"
            elseif kind == 10 and count < 9 then count = count + 1 closed[#closed + 1] = count parts[#parts + 1] = "()"
            elseif kind == 11 and #closed > 0 then parts[#parts + 1] = "%" .. pick(closed)
            elseif kind == 12 then parts[#parts + 1] = "%b" .. pick { "()", "ab", "aa", "[]" }
            elseif kind == 13 then parts[#parts + 1] = "%f[" .. pick { "a", "%a", "^%a", "%z", "b-x" } .. "]"
            elseif kind == 14 then parts[#parts + 1] = pick { "$", "*", "-", "^", "]" } end
          end
          for _ = 1, #open do parts[#parts + 1] = ")" end
          if R(6) == 1 then parts[#parts + 1] = "$" end
          return table.concat(parts)
        end
        local function garbage()
          local parts = {}
          for i = 1, R(1, 8) do parts[i] = pick { "a", "%", "[", "]", "(", ")", "-", "*", "^", "$", "1", "b", "f", ".", "0", "\0" } end
          return table.concat(parts)
        end
        local function show(...)
          local values = table.pack(...)
          for i = 1, values.n do
            local value = values[i]
            if type(value) == "string" then
              local hex = {}
              for at = 1, #value do hex[at] = string.format("%02x", value:byte(at)) end
              value = table.concat(hex)
            end
            values[i] = (math.type(values[i]) or type(values[i])) .. ":" .. tostring(value)
          end
          return table.concat(values, ",")
        end
        local functions = {
          find = function(s, p, from) return show(string.find(s, p, from)) end,
          plain = function(s, p, from) return show(string.find(s, p, from, true)) end,
          match = function(s, p, from) return show(string.match(s, p, from)) end,
          gmatch = function(s, p, from)
            local found = {}
            for a, b, c in string.gmatch(s, p, from) do found[#found + 1] = show(a, b, c) end
            return table.concat(found, ";")
          end,
          gsub = function(s, p, _, by, most) return show(string.gsub(s, p, by, most)) end,
        }
        local lines = {}
        for _ = 1, COUNT do
          local is_wild = R(5) == 1
          local s, p = text(), is_wild and garbage() or well_formed()
          local from = pick { 1, 1, 1, 2, 3, -1, -3, 0, 20, -20, math.mininteger, math.maxinteger }
          local by = pick { "x", "%0%0", "%%", "<%1>", "%2", "%q", { a = "A", b = false, ["1"] = 7, x = {} }, function(a) if a ~= "a" then return "f" end end }
          local most = pick { 0, 1, 2, -1, 100, false } or nil
          for _, name in ipairs { "find", "plain", "match", "gmatch", "gsub" } do
            local ok, result = pcall(functions[name], s, p, from, by, most)
            lines[#lines + 1] = table.concat { is_wild and "wild " or "well ", name, " ", show(s, p), " ", tostring(from), ": ", ok and result or "error" }
          end
        end
        """#

    private static let count = 2000

    private static func script(_ seed: Int, _ end: String) -> String {
        script.replacing("SEED", with: "\(seed)").replacing("COUNT", with: "\(count)") + end
    }

    private struct LuaFailed: Error { let message: String }

    /// Runs the script in a state of plain Lua; every call that may raise is inside its protected call.
    private func plainLua(_ script: String) throws -> [Substring] {
        guard let state = luaL_newstate() else { throw LuaFailed(message: "out of memory") }
        defer { lua_close(state) }
        luaL_openlibs(state)
        let isDone = luaL_loadstring(state, script) == LUA_OK && lua_pcallk(state, 0, 1, 0, 0, nil) == LUA_OK
        let text = String(cString: lua_tolstring(state, -1, nil))
        guard isDone else { throw LuaFailed(message: text) }
        return text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// Whether ours is what Lua gives. Lua finds out that a pattern is malformed when a match gets there, ours at once.
    private static func agree(_ ours: Substring, _ lua: Substring) -> Bool {
        ours == lua || lua.hasPrefix("wild ") && ours.hasSuffix(": error")
    }

    @Test("Ten thousand calls a seed give what Lua gives", arguments: 1...8)
    func same(seed: Int) throws {
        let run = SandboxRun(memory: 64 << 20, budget: .seconds(120), slice: .seconds(60), cpu: .seconds(60))
        let ours = try run(Self.script(seed, "\nreturn table.concat(lines, '\\n')")).text.map { $0.split(separator: "\n", omittingEmptySubsequences: false) } ?? []
        let lua = try plainLua(Self.script(seed, "\nreturn table.concat(lines, '\\n')"))
        #expect(ours.count == 5 * Self.count && lua.count == ours.count)
        for (ours, lua) in zip(ours, lua) where !Self.agree(ours, lua) { Issue.record("ours: \(ours)\nLua's: \(lua)") }
        // The generator is worth something: many match, some fail.
        #expect(lua.count { $0.hasSuffix(": error") } > 100)
        #expect(lua.count { !$0.hasSuffix(": error") && !$0.hasSuffix("nil:nil") } > 3000)
    }

    @Test("What is malformed is named", arguments: [
        ("'a[b'", "malformed pattern (missing ']')"), ("'a%'", "malformed pattern (ends with '%')"), ("'(a'", "unfinished capture"),
        ("'a)b'", "invalid pattern capture"), ("'%f'", "missing '[' after '%f' in pattern"), ("'%ba'", "malformed pattern (missing arguments to '%b')"),
        ("'(a%1)'", "invalid capture index %1 in pattern"), ("('()'):rep(33)", "too many captures"),
    ])
    func malformed(pattern: String, message: String) throws {
        let fault = try SandboxRun()("return string.match('aaa', \(pattern))")
        #expect(fault["message"].text == "ours.lua:1: " + message)
    }

    @Test("A pattern that tries too many ways ends by its steps, and the hook can go on", arguments: [
        "(('a'):rep(220)):find(('a-'):rep(5) .. 'b')", "(('a'):rep(5000)):find(('a*'):rep(20) .. 'b')", "(('a'):rep(100000)):match('.-.-.-b')",
        "(('('):rep(20000)):find('%b()%b()')", "(('a'):rep(4000)):gsub(('a?'):rep(4000) .. ('a'):rep(4000) .. 'b', '')",
    ])
    func steps(expression: String) throws {
        let clock = ContinuousClock(), begin = clock.now
        let result = try SandboxRun()("local _, fault = pcall(function() return \(expression) end) return tostring(fault)")
        #expect(result.text?.contains("the pattern needs more than 50331648 steps on a text of") == true, "\(result)")
        #expect(clock.now - begin < .seconds(4))
    }
}
