import Testing
@testable import Hooks

@Suite("Mistakes in a hook")
struct MisspellingTests {
    @Test("At load each is named with file, line and what was meant", arguments: [
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'ours' }\nfunction hook.failvoer() end\nreturn hook",
         "ours.lua:3: Understudy has no \"failvoer\"; did you mean \"failover\"?"),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'ours', need = {} }\nreturn hook",
         "ours.lua:2: hook header has no \"need\"; did you mean \"needs\"?"),
        ("local us = require 'understudy'\nnodez = 3\nreturn us.hook { name = 'ours' }",
         "ours.lua:2: assignment to undeclared global \"nodez\" (did you forget 'local'?)"),
        ("local us = require 'understudy'\nlocal hook = us.hok { name = 'ours' }\nreturn hook",
         "ours.lua:2: us has no \"hok\"; did you mean \"hook\"?"),
        ("local us = require 'understudy'\nreturn us.hook {}",
         "ours.lua:2: hook header needs a name: us.hook { name = \"my_hook\" }"),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'our-hook' }\nreturn hook",
         "ours.lua:2: hook name \"our-hook\": expected a-z, 0-9 and _, beginning with a letter"),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'understudy/ours' }\nreturn hook",
         "ours.lua:2: hook name \"understudy/ours\": expected a-z, 0-9 and _, beginning with a letter (understudy/ is reserved for the hooks that come with Understudy)"),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'ours', needs = { 'pg.promot' } }\nreturn hook",
         "ours.lua:2: there is no capability \"pg.promot\"; did you mean \"pg.promote\"?"),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'ours', options = { wait = us.opt.duratoin '3s' } }\nreturn hook",
         "ours.lua:2: us.opt has no \"duratoin\"; did you mean \"duration\"?"),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'ours', options = { wait = us.opt.duration '3x' } }\nreturn hook",
         "ours.lua:2: us.opt.duration: expected a duration such as \"500ms\", \"30s\" or \"10min\"; got \"3x\""),
        ("local us = require 'understudy'\nlocal hook = us.hook { name = 'ours' }\nhook.failover = 3\nreturn hook",
         "ours.lua:3: the handler of failover must be a function; got a number"),
        ("local us = require 'understudy'\nus.hook { name = 'ours' }",
         "ours.lua: the file must end with `return hook`, the object that us.hook made"),
        ("local us = require 'understudy'\nlocal x = = 3", "ours.lua:2: unexpected symbol near '='"),
        ("local us = require 'understudi'", "ours.lua:1: there is no module \"understudi\" in lib/ or in Understudy's library; did you mean \"understudy\"?"),
        ("local us = require 'understudy'\nus.step('x', function() end)",
         "ours.lua:2: us.step was called while the file is loading: loading has no effects, call it in a handler"),
        ("local x = nil\nlocal y = x.field", "ours.lua:2: attempt to index a nil value (local 'x'); a query without a row, a NULL and a key that a table does not have give nil: test it first, `if x then`"),
        ("\u{1B}Lua", "ours.lua: attempt to load a binary chunk (mode is 't')"),
    ])
    func load(text: String, problem: String) async throws {
        try await onStage(["ours.lua": text]) { stage in
            let (catalogue, problems) = await stage.load()
            #expect(problems == [problem])
            let strangers = catalogue.entries.filter { !$0.isBundled }
            #expect(strangers.isEmpty)
        }
    }

    @Test("A file that does not come to its end is named with its line")
    func endless() async throws {
        try await onStage(["ours.lua": "local x = 1\nwhile x do end"]) { stage in
            let (_, problems) = await stage.load()
            #expect(problems.count == 1)
            #expect(problems.first?.hasPrefix("ours.lua:2: ") == true)
        }
    }

    @Test("A nil that a query gave is put down to the query, with its line", arguments: [
        ("local row = ev.new_main:sql('SELECT 1')[1] print(row.x)", [[HookValue]](), "attempt to index a nil value (local 'row'); the query at ours.lua:4 gave no rows; a query without"),
        ("local row = ev.new_main:sql('SELECT 1')[1] print(row.age > 3)", [[.none, 1]], "attempt to compare number with nil; the query at ours.lua:4 gave 1 row, with NULL for age; test it first"),
        ("local row = ev.new_main:sql('SELECT 1')[1] local t = {} print(t.x.y, row)", [[2, 1]], "attempt to index a nil value (field 'x'); a query without"),
    ])
    func query(_ body: String, _ rows: [[HookValue]], _ message: String) async throws {
        try await onStage(["ours.lua": failoverHook(body, header: ", needs = { 'sql:read' }")]) { stage in
            stage.host.set { $0.answers[.sql] = HookRows(columns: ["age", "count"], rows: rows, command: "SELECT").value }
            guard case .failed(let fault) = await stage.failOver(stage.runner()) else { Issue.record("the event did not fail"); return }
            #expect(fault.message.hasPrefix(message), "\(fault.message)")
        }
    }

    @Test("In a handler each fails the event with file and line", arguments: [
        ("ev.new_mian:promote()", "failover event has no \"new_mian\"; did you mean \"new_main\"?"),
        ("ev.new_main:promot()", "node pg2 has no \"promot\"; did you mean \"promote\"?"),
        ("ev.new_main.promote()", "node:promote is a method: write node:promote(...), with a colon"),
        ("ev.new_main:promote { wiat = '3s' }", "node:promote has no option \"wiat\"; did you mean \"wait\"?"),
        ("ev.new_main:promote { wait = 'soon' }", "node:promote: wait: expected a duration such as \"500ms\", \"30s\" or \"10min\"; got \"soon\""),
        ("us.wait_until('3s', function() end, { evry = '1s' })", "us.wait_until has no option \"evry\"; did you mean \"every\"?"),
        ("us.wait_until('3s', true)", "us.wait_until takes a function; got a boolean"),
        ("ev.new_main:sql(3)", "node:sql: text: expected a text; got 3"),
        ("ev.new_main:in_recovery(3)", "node:in_recovery takes 0 arguments; got 1"),
        ("print(ev.cluster.nodes.pg9)", "the cluster has no node \"pg9\"; its nodes are pg1, pg2, pg3"),
        ("print(ev.cluster.primry)", "cluster has no \"primry\"; did you mean \"primary\"?"),
        ("print(opt.wiat)", "options of hook \"ours\" has no \"wiat\""),
        ("ev.id = 'x'", "failover event is read-only: it has no use for \"id\""),
        ("ev.candidates[1] = nil", "list of nodes is read-only: it has no use for 1"),
        ("return us.done(3)", "us.done takes a table of what was done, or nothing; got a number"),
        ("return ev.new_main:sql(3)", "node:sql: text: expected a text; got 3"),
        ("return 'pg2'", "failover must return us.done{...}, us.skip, us.retry, or nothing to let the next hook go on; got the string \"pg2\" (did you mean ev.cluster.nodes.pg2?)"),
        ("us.step('x', function() end, 3)", "us.step: what undoes a step is a function; got a number"),
        ("us.step('x', function() end) us.step('x', function() end)", "step \"x\" was run at ours.lua:4 already: give each step its own name"),
        ("us.step('x', function() return print end)", "a function cannot be passed on"),
        ("us.step('x', function() return ev.node end)", "a node pg1 cannot be passed on; pass its fields"),
        ("us.step('x', function() return '\\xFF' end)", "a text is not valid UTF-8 (byte 1 of 1)"),
        ("table.sort({3, 2, 1}, function(a, b) return ev.node:in_recovery() end)",
         "node.in_recovery cannot be called from inside a table.sort comparator, gsub callback or metamethod"),
        ("setmetatable({}, { __gc = print })", "__gc is not available in hooks: use a variable with <close>"),
        ("us.log.info('x', 3)", "us.log.info takes a text and a table of fields; got a number"),
        ("error('my own words')", "my own words"),
        ("error({ 'no text' })", "an error was raised that is no text"),
        ("io.open('/etc/passwd')", "attempt to index a nil value (global 'io'); hooks have no io: files are node:read_file's and us.fs's"),
        ("os.execute('true')", "attempt to call a nil value (field 'execute')"),
    ])
    func run(body: String, message: String) async throws {
        try await onStage(["ours.lua": failoverHook(body, header: ", needs = { 'pg.promote', 'sql:read' }")]) { stage in
            let (_, problems) = await stage.load()
            #expect(problems == [])
            guard case .failed(let fault) = await stage.failOver(stage.runner()) else { Issue.record("the event did not fail"); return }
            #expect(fault.message == message)
            #expect(fault.kind == .code)
            #expect(fault.hook == "ours")
            // What a handler returned is judged when its lines are gone.
            #expect(fault.place == HookPlace(file: stage.site + "/ours.lua", line: body == "return 'pg2'" ? 3 : 4))
            #expect(stage.host.calls == [])
        }
    }
}
