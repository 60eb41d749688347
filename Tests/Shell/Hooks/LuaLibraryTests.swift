import Testing
@testable import Hooks

@Suite("The library's functions")
struct LuaLibraryTests {
    /// Runs a handler's body with a function `eq` in it; what went wrong.
    private func run(_ body: String, needs: String = "", _ check: (Stage) -> Void = { _ in }) async throws {
        let equal = "  local function eq(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
        try await onStage(["ours.lua": failoverHook(equal + body + "\n  return us.done()", header: ", needs = { \(needs) }")]) { stage in
            let outcome = await stage.failOver(stage.runner())
            #expect(outcome == .done(hook: "ours", [:]))
            check(stage)
        }
    }

    @Test("What the library has is what is declared, no more and no less")
    func declared() async throws {
        try await run("""
              local function list(label, record)
                for name, value in pairs(record) do
                  if type(value) == "table" and value ~= us.null then list(label .. "." .. name, value) else us.log.info(label .. "." .. name) end
                end
              end
              list("us", us)
            """) { stage in
            #expect(Set(stage.logged) == Set(LibraryFunction.all.filter { !$0.isMethod }.map { "info: " + $0.label }))
        }
        #expect(Set(LibraryFunction.all.map(\.label)).count == LibraryFunction.all.count)
    }

    @Test("Every key of the header that is declared is read: a wrong value is refused", arguments: HookHeader.all.flatMap { table in table.names.map { (table.className, $0) } })
    func header(_ table: String, _ key: String) async throws {
        let event = key == "on_error" ? "approve_failover" : "timer"
        let text = switch table {
        case "us.Header": "\(key == "name" ? "" : "name = 'ours', ")\(key) = print"
        case "us.Use": "name = 'ours', on = { \(event) = { \(key) = print } }"
        default: "name = 'ours', limits = { \(key) = print }"
        }
        try await onStage(["ours.lua": "local us = require 'understudy'\nreturn us.hook { \(text) }"]) { stage in
            let (_, problems) = await stage.load()
            #expect(problems.count == 1 && problems[0].contains(key) && !problems[0].contains("has no"), "\(problems)")
        }
    }

    @Test("The editor's stubs are Lua")
    func stubs() async throws {
        try await onStage(["ours.lua": LuaStubs.text]) { stage in
            let (_, problems) = await stage.load()
            #expect(problems == ["ours.lua: the file must end with `return hook`, the object that us.hook made"])
        }
    }

    @Test("JSON is written in one form and read again, null and empty lists included")
    func json() async throws {
        try await run("""
              eq(us.json.encode { a = { 1, 2, "x" }, b = us.null, c = 1.5, d = 0.1, e = us.array {} }, '{"a":[1,2,"x"],"b":null,"c":1.5,"d":0.1,"e":[]}')
              local v = us.json.decode ' {"a":[1,-3e2,{"x":"\\\\u00e9\\\\ud83d\\\\ude00"}],"b":null,"t":true} '
              eq(math.type(v.a[1]), "integer") eq(v.a[2], -300.0) eq(v.a[3].x, "é😀") eq(v.b, us.null) eq(v.t, true)
              for _, bad in ipairs { '{', '[1,]', '{"a" 1}', '01', '1.', 'tru', '"\\\\x"', '"a', '1 2', '', '{"a":1,}', 'nul' } do
                eq(us.try(us.json.decode, bad), false)
              end
              local _, problem = us.try(us.json.decode, '[1,\\n2 3]')
              eq(tostring(problem):match "JSON, line 2: expected a comma or %]", "JSON, line 2: expected a comma or ]")
            """)
    }

    @Test("Texts in base64, hexadecimal and percent signs come back as they were; SHA-256 is the standard's")
    func encodings() async throws {
        try await run("""
              for _, group in ipairs { us.base64, us.hex, us.uri } do
                for length = 0, 9 do
                  local text = ("\\0\\255/+a b"):sub(1, length)
                  eq(group.decode(group.encode(text)), text)
                end
              end
              eq(us.base64.encode "Ma", "TWE=") eq(us.uri.encode "a b/ü", "a%20b%2F%C3%BC")
              eq(us.sha256 "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
              eq(us.sha256(("a"):rep(1000)), "41edece42d63e8d9bf515a9ba6932e1c20cbc9f5a5d134645adb5db1b9737ea3")
            """)
    }

    @Test("Units, names and positions are read and written as PostgreSQL does")
    func units() async throws {
        try await run("""
              eq(us.bytes "16MB", 16 << 20) eq(us.seconds "2min", 120) eq(us.human(9 << 20), "9.0 MB")
              eq(us.lsn.format(us.lsn.parse "16/B374D848"), "16/B374D848") eq(us.lsn.diff(5, 3), 2)
              eq(us.ident 'a"b', '"a""b"') eq(us.conninfo { host = "a b", password = [[x'y\\\\z]] }, [[host='a b' password='x\\'y\\\\\\\\z']])
              eq(us.try(us.lsn.parse, "16"), false)
            """)
    }

    @Test("Functions run beside one another, each call under way at the same time, and a replay gives the same")
    func together() async throws {
        let body = """
              local before = us.now()
              local results = us.all { function() us.sleep "200ms" return "a" end, function() us.sleep "200ms" return ev.new_main:in_recovery() end, function() return 3 end }
              eq(results[1], "a") eq(results[2], true) eq(results[3], 3)
              local order = {}
              us.each({ 3, 1, 2 }, { parallel = 3 }, function(n) us.sleep(n * 0.05) order[#order + 1] = n end)
              eq(table.concat(order, ","), "1,2,3")
              eq(us.race { function() us.sleep "5s" return "slow" end, function() us.sleep "10ms" return "fast" end }, "fast")
              local ok, problem = us.try(us.timeout, "50ms", function() us.sleep "5s" end)
              eq(ok, false) eq(tostring(problem):match "not finished within 0.05 s", "not finished within 0.05 s")
              eq(us.timeout("5s", function() return "in time" end), "in time")
              local failures = us.each({ "x", "y" }, { parallel = 2, keep_going = true }, function(item) us.sleep(0.01) if item == "y" then error "broken" end end)
              eq(#failures, 1) eq(failures[1].item, "y")
              eq(us.try(us.each, { 1 }, {}, function() error "broken" end), false)
              local nested = us.all { function() return us.all { function() us.sleep "10ms" return 1 end, function() return 2 end }[1] end }
              eq(nested[1], 1)
              eq(us.now() - before < 2, true)
            """
        let equal = "  local function eq(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
        try await onStage(["ours.lua": failoverHook(equal + body + "\n  return us.done()")]) { stage in
            let runner = await stage.runner(), clock = ContinuousClock(), began = clock.now
            #expect(await stage.failOver(runner) == .done(hook: "ours", [:]))
            #expect(clock.now - began < .seconds(4), "calls waited for one another")
            let report = try await stage.replayLastRun(runner)
            #expect(report?.divergence == nil)
            #expect(report?.outcome == .done(hook: "ours", [:]))
        }
    }

    @Test("Retrying tries again after a pause, and gives up with the last error")
    func retrying() async throws {
        try await run("""
              local tries = 0
              eq(us.retrying({ attempts = 4, first = "1ms" }, function() tries = tries + 1 if tries < 3 then error "not yet" end return "done" end), "done")
              eq(tries, 3)
              local ok, problem = us.try(us.retrying, { attempts = 2, first = "1ms" }, function() error "never" end)
              eq(ok, false) eq(tostring(problem):match "never", "never")
              us.progress(0.5, "half") us.span("part", function() us.sleep(0) end)
              us.metric.counter("tries", tries, { node = "pg2" }) us.metric.gauge("lag", 7)
            """) { stage in
            #expect(stage.metrics.all.map { "\($0.0.name){\($0.0.labels)} \($0.1)" } == ["understudy_hook_lag{} gauge(7.0)", "understudy_hook_tries{node=\"pg2\"} counter(3.0)"])
            #expect(stage.logged.contains("info: 50 %: half"))
        }
    }

    @Test("Values are kept by hook, expire, count, and are set only where they are as expected")
    func keyValues() async throws {
        try await run("""
              eq(us.kv.get "a", nil)
              us.kv.set("a", { 1, { b = "c" } })
              eq(us.kv.get("a")[2].b, "c")
              eq(us.kv.incr "n", 1) eq(us.kv.incr("n", { by = 5 }), 6)
              eq(us.kv.compare_and_set("n", 5, 0), false) eq(us.kv.compare_and_set("n", 6, 0), true) eq(us.kv.compare_and_set("new", nil, 1), true)
              us.kv.set("short", true, { expire = "50ms" })
              eq(table.concat(us.kv.list "", ","), "a,n,new,short")
              us.sleep "100ms"
              eq(us.kv.get "short", nil)
              us.kv.delete "a" eq(us.kv.get "a", nil)
              eq(us.kv.shared("team").get "n", nil) us.kv.shared("team").set("n", 1) eq(us.kv.shared("team").get "n", 1) eq(us.kv.get "n", 0)
              eq(us.try(us.kv.set, "big", ("x"):rep(70000)), false)
              us.kv.set("text", "x") eq(us.try(us.kv.incr, "text"), false)
              local ok = us.try(function() for at = 1, 20 do us.kv.set("k" .. at, ("x"):rep(60000)) end end)
              eq(ok, false)
              local done = 0
              us.once("mail", function() done = done + 1 end) us.once("mail", function() done = done + 1 end)
              eq(done, 1)
            """, needs: "'kv:write', 'kv:shared:team'")
    }

    @Test("A lock is held by one event at a time, with a token that rises")
    func locks() async throws {
        try await run("""
              local first = us.lock("disk", {}, function(token)
                eq(us.try(us.lock, "disk", { wait = "50ms" }, function() end), false)
                return token
              end)
              eq(us.lock("disk", { lease = "1s" }, function(token) return token end), first + 1)
              eq(us.try(us.lock, "disk", {}, function() error "broken" end), false)
              us.lock("disk", { wait = "50ms" }, function() end)
            """, needs: "'lock'")
    }
}
