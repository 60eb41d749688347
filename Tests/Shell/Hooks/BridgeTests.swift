import Foundation
import Glibc
import Testing
@testable import Hooks

/// Nothing that Lua does by leaping over frames may leave anything behind: not in Lua, not in the bridge, not in Swift.
@Suite("The bridge to Lua", .serialized)
struct BridgeTests {
    /// Counts what Swift holds for the calls under way.
    private final class Counted {
        nonisolated(unsafe) static var living = 0 // one test at a time, on one thread
        init() { Self.living += 1 }
        deinit { Self.living -= 1 }
    }

    private static let stories: [(String, String)] = [
        ("raises", "engine.call('x') error('boom')"),
        ("raises an object through coroutines", "coroutine.wrap(function() pcall(error, {}) engine.call('x') error({}) end)()"),
        ("raises what it says itself", "engine.fail('environment', 'no')"),
        ("is suspended inside pcall", "pcall(function() engine.call('x') engine.call('y') end)"),
        ("is suspended inside a coroutine", "coroutine.wrap(function() for i = 1, 3 do engine.call('x', { i }) end end)()"),
        ("is cancelled and closes", "local _ <close> = setmetatable({}, { __close = function() pcall(engine.call, 'y') end }) pcall(engine.call, 'stop') engine.call('x')"),
        ("is cancelled inside coroutines", "coroutine.wrap(function() coroutine.wrap(function() engine.call('stop') end)() end)()"),
        ("is refused", "pcall(engine.call, 'refuse') engine.call('refuse')"),
        ("runs out of memory", "local t = {} while true do t[#t + 1] = ('x'):rep(10000) .. #t end"),
        ("runs out of stack", "local function f() return 1 + f() end f()"),
        ("runs out of C stack", "local function f() return ('x'):gsub('x', f) end f()"),
        ("raises inside gsub", "pcall(string.gsub, 'abc', '(.)(.)', error) ('abc'):gsub('.', error)"),
        ("passes what cannot cross", "engine.call('x', print, { [1.5] = 2 })"),
        ("gives nothing back", "return engine.call('x', ('y'):rep(1000))"),
    ]

    /// Descriptors and threads of this process, and its pages in memory.
    private static func holdings() throws -> (descriptors: Int, threads: Int, pages: Int) {
        let count: (String) -> Int = { path in
            guard let directory = opendir(path) else { return -1 }
            defer { closedir(directory) }
            var entries = 0
            while readdir(directory) != nil { entries += 1 }
            return entries
        }
        let memory = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (count("/proc/self/fd"), count("/proc/self/task"), try #require(Int(memory[1])))
    }

    private func play(_ body: String, grace: Duration = .seconds(60)) throws {
        let run = SandboxRun(memory: 2 << 20, grace: grace)
        let left = try run("local engine = ... for _ = 1, 1 do \(body) end", request: HookValue.none.encoded) { call in
            let counted = Counted()
            defer { withExtendedLifetime(counted) {} }
            switch call["op"] {
            case "stop": return nil
            case "refuse": return (["failed": ["class": "environment", "message": "no", "is_final": false]] as HookValue).encoded
            default: return (["value": call["arguments"]] as HookValue).encoded
            }
        }.left
        #expect(left == 0, "\(body)")
    }

    @Test("A thousand sandboxes that end in every way leave nothing behind")
    func leaks() throws {
        for (_, body) in Self.stories { try play(body) }
        let before = try Self.holdings()
        for _ in 0..<(1000 / Self.stories.count + 1) {
            for (_, body) in Self.stories { try play(body) }
        }
        let after = try Self.holdings()
        #expect(Counted.living == 0)
        #expect(after.descriptors <= before.descriptors)
        #expect(after.threads <= before.threads)
        // Two megabytes: a sandbox that left its buffers, its state or its thread would be more.
        #expect(after.pages - before.pages < 512, "\(after.pages - before.pages) pages more")
    }

    @Test("A hook that is killed leaves nothing behind either")
    func kill() throws {
        try play("pcall(engine.call, 'stop') end while true do pcall(function() while true do end end)", grace: .seconds(2))
        #expect(Counted.living == 0)
    }

    @Test("A thousand raises, suspensions and refusals inside one sandbox leave it as it was")
    func inside() throws {
        let result = try SandboxRun(memory: 2 << 20)("""
            local engine = ...
            local function around()
              for i = 1, 1000 do
                pcall(error, { i })
                engine.call('x', i)
                coroutine.wrap(function() pcall(engine.call, 'y', i) end)()
                pcall(coroutine.wrap(function() engine.call('z', i) error('boom') end))
                xpcall(function() engine.call('w') error('boom') end, function(e) engine.call('handled') return e end)
              end
            end
            around()
            local before = collectgarbage('count')
            around() around() around()
            return collectgarbage('count') - before
            """)
        #expect((result.number ?? .infinity) < 300, "grew by \(result) kB")
    }
}
