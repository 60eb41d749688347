import Foundation
import Testing
@testable import Hooks

@Suite("The look at a hook's text")
struct HookLintTests {
    private static func findings(_ body: String, event: String = "failover", needs: String = "needs") -> [String] {
        let text = """
        local us = require "understudy"
        local hook = us.hook { name = "ours", needs = \(needs) }
        function hook.\(event)(ev, opt)
        \(body)
        end
        return hook
        """
        return HookLint(text).findings.map { "\($0.line): \($0.message)\($0.isError ? " !" : "")" }
    }

    private static let outside = "4: node:promote changes something outside of a step: after a crash it is done again; put it into us.step(name, function() … end)"

    @Test("An effect outside of a step is named; inside of one, in another event, or in words it is not", arguments: [
        ("ev.new_main:promote()", [outside]), ("ev.new_main:promote { wait = '3s' }", [outside]),
        ("us.step('promote', function() ev.new_main:promote() end)", []),
        ("us.step('promote', function()\n if a then f({}) end end, function() ev.node:promote() end)", []),
        ("us.step('x', function() end) ev.new_main:promote()", [outside]),
        ("-- ev.new_main:promote()\nprint [[ev.new_main:promote()]]", []), ("ev.new_main:in_recovery()", []),
    ])
    func effects(_ body: String, _ expected: [String]) { #expect(Self.findings(body) == expected) }

    @Test("What only looks is no effect: SQL without the right to write, or called readonly, and commands that are said to read", arguments: [
        ("ev.node:sql 'SELECT 1'", "{ 'sql:read' }", 0), ("ev.node:sql { 'SELECT 1', readonly = true }", "{ 'sql:write' }", 0),
        ("ev.node:sql 'SELECT pg_promote()'", "{ 'sql:write' }", 1), ("us.run { 'ls', read = true }", "{ 'run:ls' }", 0), ("us.run { 'ls', read = false }", "{ 'run:ls' }", 1),
    ])
    func looks(_ body: String, _ needs: String, _ count: Int) { #expect(Self.findings(body, needs: needs).count == count) }

    @Test("A call whose right the header does not ask for is named with the lines to write, once for each right", arguments: [
        ("us.kv.set('a', 1) us.kv.set('b', 2) us.kv.get 'a'", "{ 'sql:read' }", ["us.kv.set needs the capability \"kv:write\", which the header does not ask for: "
            + "write needs = { \"sql:read\", \"kv:write\" }, and hook.ours.grants = 'sql:read, kv:write' into the configuration !"]),
        ("print(ev.node:sql 'SELECT 1')", "{}", ["node:sql needs the capability \"sql:read\", which the header does not ask for: "
            + "write needs = { \"sql:read\" }, and hook.ours.grants = 'sql:read' into the configuration !"]),
        // Whose method it is cannot be seen: advice.
        ("print(other:sql 'SELECT 1')", "{}", ["node:sql needs the capability \"sql:read\", which the header does not ask for: "
            + "write needs = { \"sql:read\" }, and hook.ours.grants = 'sql:read' into the configuration"]),
        ("print(ev.node:sql 'SELECT 1')", "{ 'sql:write' }", []), ("us.engine.reload()", "{ 'engine:*' }", []), ("print(ev.node:sql 'SELECT 1')", "list", []),
    ])
    func rights(_ body: String, _ needs: String, _ expected: [String]) {
        #expect(Self.findings(body, event: "node_down", needs: needs) == expected.map { "4: " + $0 })
    }

    @Test("A right is read from the words of a call: program, host, folder, secret", arguments: [
        ("us.run { '/usr/bin/aws', x }", "run:/usr/bin/aws"), ("ev.node:run { 'ls' }", "ssh:ls"), ("us.secret 'token'", "secret:token"), ("us.lock('a', f)", "lock"),
        ("us.http.post('https://Hooks.example.com/' .. path, {})", "http:hooks.example.com"), ("us.http.get 'http://10.0.0.1:8080'", "http:10.0.0.1"),
        ("us.fs.read '/etc/app/x'", "fs:read:/etc/app/x"), ("us.kv.shared 'space'", "kv:shared:space"), ("ev.node:read_file 'PG_VERSION'", "fs:read:pgdata"),
    ])
    func words(_ body: String, _ right: String) {
        #expect(Self.findings(body, event: "node_down", needs: "{}").contains { $0.contains("needs the capability \"\(right)\"") }, "\(Self.findings(body, event: "node_down", needs: "{}"))")
        #expect(Self.findings(body, event: "node_down", needs: "{ '\(right)' }") == [])
    }

    @Test("A right that the words do not show is left to the event", arguments: [
        "us.run { program }", "us.run { 'a' .. b }", "us.http.get('http://' .. host)", "us.http.get('http://ho' .. 'st/')", "us.secret(name)", "us.fs.read('/etc/' .. name)", "us.kv.get 'a'", "us.http.get(url)",
    ])
    func hidden(_ body: String) { #expect(Self.findings(body, event: "node_down", needs: "{}") == []) }

    @Test("A notification is not asked for steps")
    func notification() { #expect(Self.findings("ev.node:promote()", event: "node_down") == []) }

    @Test("A step's name that was used before in the handler is named with its line")
    func stepNames() {
        #expect(Self.findings("us.step('a', f)\nus.step(\"a\", f)\nus.step('b', f) us.step(name, f) us.step(name, f)")
                == ["5: step \"a\" has the name of the step in line 4: give each step its own name"])
    }

    @Test("A field that the event or the node does not have is an error; a shadowed name is left alone", arguments: [
        ("print(ev.new_mian)", ["4: failover event has no \"new_mian\"; did you mean \"new_main\"? !"]),
        ("print(ev.node.hots, ev.node.host, ev.cluster.primary, ev.id)", ["4: a node has no \"hots\"; did you mean \"host\"? !"]),
        ("local ok = pcall(ev.new_main.promote, ev.new_main)", []),
        ("local x = { ev = 1 } print(x.ev.anything)", []), ("local ev = {} print(ev.anything)", []), ("for _, ev in ipairs(x) do print(ev.anything) end", []),
    ])
    func fields(_ body: String, _ expected: [String]) { #expect(Self.findings(body) == expected) }

    private static func messages(_ header: String, _ body: String, event: String = "failover") -> [String] {
        let text = "local us = require \"understudy\"\nlocal hook = us.hook { name = \"ours\", needs = common\(header) }\nfunction hook.\(event)(ev, opt)\n\(body)\nend\nreturn hook"
        return HookLint(text).findings.filter(\.isError).map { "\($0.line): \($0.message)" }
    }

    @Test("A name that the library or the options do not have is an error", arguments: [
        ("", "us.stp('x', f)", "us has no \"stp\"; did you mean \"step\"?"), ("", "us.log.inf('x')", "us.log has no \"inf\"; did you mean \"info\"?"),
        ("", "local f = us.htp", "us has no \"htp\"; did you mean \"http\"?"),
        (", options = { url = us.opt.string 'x', n = us.opt.one_of({ 'a', b = 1 }, 'a') }", "print(opt.ulr)", "the hook has no option \"ulr\"; did you mean \"url\"?"),
        ("", "print(opt.url)", "the hook has no option \"url\""),
        ("", "io.open('/x')", "hooks have no io: files are node:read_file's and us.fs's"),
        ("", "os.execute('x')", "hooks have no os.execute: programs are us.run's, files node:write_file's and us.fs's"),
    ])
    func unknown(_ header: String, _ body: String, _ message: String) { #expect(Self.messages(header, body) == ["4: \(message)"]) }

    @Test("Names that exist, or cannot be known here, are left alone", arguments: [
        ("", "us.log.info(us.kv.get('x')) us.json.decode('1') print(us.null, us.api, us.opt.bytes)"), ("", "local x = { io = 1 } print(x.io, x.io.open, os.time())"),
        ("", "local io = {} io.open()"), (", options = common", "print(opt.anything)"), (", options = { url = us.opt.string() }", "print(opt.url, other.opt.ulr)"),
        ("", "local opt = {} print(opt.anything)"),
    ])
    func known(_ header: String, _ body: String) { #expect(Self.messages(header, body) == []) }

    @Test("A literal that the event has no use for is an error where the handler itself returns it", arguments: [
        ("failover", "return true", "failover must return us.done{…}, us.skip(reason) or us.retry(after, reason), or nothing; this is true"),
        ("approve_failover", "if x then return false end", "approve_failover must return us.veto(reason, { retry =, next = }), or nothing; this is false"),
        ("choose_candidate", "return 'pg2'", "choose_candidate must return a node or a list of nodes, or nothing; this is the text \"pg2\""),
        ("failover", "us.step('x', function() return true end)", nil), ("node_down", "return true", nil), ("probe_network", "return true", nil), ("probe_node", "return 'up'", nil),
        ("failover", "return true and us.done()", nil), ("failover", "return us.done()", nil),
    ] as [(String, String, String?)])
    func returns(_ event: String, _ body: String, _ message: String?) { #expect(Self.messages("", body, event: event) == (message.map { ["4: \($0)"] } ?? [])) }

    @Test("A command line in one text is shown as the list that was meant", arguments: [
        ("us.run { 'systemctl stop x' }", ["4: us.run takes a list of arguments, there is no shell: write us.run { \"systemctl\", \"stop\", \"x\" }"]),
        ("us.run { 'ls -l', timeout = '3s' }", ["4: us.run takes a list of arguments, there is no shell: write us.run { \"ls\", \"-l\" }"]),
        ("us.run { 'echo', 'a b' }", []), ("us.run({ 'echo' })", []),
    ])
    func commands(_ body: String, _ expected: [String]) { #expect(Self.findings("us.step('x', function()\n\(body) end)").map { $0.replacing("5: ", with: "4: ") } == expected) }

    @Test("A result of us.try that nobody looks at is named", arguments: [
        ("us.try(f)", 1), ("print(1) us.try(f)", 1), ("if a then us.try(f) end", 1), ("local ok = us.try(f)", 0), ("if us.try(f) then end", 0), ("return us.try(f)", 0),
        ("g(us.try(f))", 0), ("x = a and us.try(f)", 0),
    ])
    func ignored(_ body: String, _ count: Int) { #expect(Self.findings(body).count == count) }

    @Test("Other names for us and the hook are known, and another table is not the hook")
    func names() {
        let text = "local u = require('understudy')\nlocal h = u.hook { name = 'x', needs = { 'pg.promote' } }\nh.failover = function(e)\n e.new_main:promote() print(e.x)\nend\nfunction other.failover(ev) print(ev.x) end"
        #expect(HookLint(text).findings.map(\.line) == [4, 4])
    }

    @Test("Whatever bytes it is given, it ends, with its lines inside the text", arguments: 0..<200)
    func arbitrary(_ seed: Int) {
        let words = ["function", "hook", ".", "failover", "(", "ev", ")", "us", "step", "{", "}", "\"", "'", "[[", "]]", "--", "--[[", "end", "if", "do", "local", "=", "\n", " ", "\\",
                     "require", "\"understudy\"", ":", "run", "0x1p-", "é", "[==[", "]==]", "until", "repeat", "try"]
        var state = UInt64(seed) &+ 88_172_645_463_325_252
        var text = "local us = require \"understudy\"\nlocal hook = us.hook {}\n"
        for _ in 0..<300 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            text += words[Int(state % UInt64(words.count))] + (state & 64 == 0 ? " " : "")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count
        #expect(HookLint(text).findings.allSatisfy { (1...lines).contains($0.line) })
    }

    @Test("The bundled hooks and the samples have no mistakes", arguments: ["hooks", "samples/hooks"])
    func bundled(_ place: String) throws {
        let folder = Stage.root.appending(path: place).path
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".lua") && !name.hasSuffix("_spec.lua") {
            let findings = HookLint(try String(contentsOfFile: folder + "/" + name, encoding: .utf8)).findings
            #expect(findings.filter(\.isError) == [], "\(name)")
        }
    }
}
