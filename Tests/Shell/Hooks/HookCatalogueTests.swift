import Glibc
import Testing
@testable import Hooks

@Suite("The catalogue of hooks")
struct HookCatalogueTests {
    private static let bundled = ["failback", "failover", "false_primary", "fence_primary", "follow_primary", "recovery", "switchover", "vip"].map { "understudy/" + $0 }

    @Test("Options arrive typed, the default where nothing is set")
    func options() async throws {
        let header = ", options = { wait = us.opt.duration '1min', size = us.opt.bytes '16MB', count = us.opt.integer(3), who = us.opt.string 'me', "
            + "loud = us.opt.boolean(true), mode = us.opt.one_of({ 'keep', 'drop' }, 'keep') }"
        let body = "  return us.done { opt.wait, opt.size, opt.count, opt.who, opt.loud, opt.mode }"
        try await onStage(["ours.lua": failoverHook(body, header: header)]) { stage in
            #expect(await stage.failOver(stage.runner()) == .done(hook: "ours", [60, .integer(16 << 20), 3, "me", true, "keep"]))
            let set = [("ours", "wait", "1500ms"), ("ours", "size", "1GB"), ("ours", "count", "-4"), ("ours", "who", "you"), ("ours", "loud", "off"), ("ours", "mode", "drop")]
            #expect(await stage.failOver(stage.runner(options: set)) == .done(hook: "ours", [1.5, .integer(1 << 30), -4, "you", false, "drop"]))
        }
    }

    @Test("The bundled hook takes its option under its short name")
    func bundledOption() async throws {
        try await onStage { stage in
            _ = await stage.failOver(stage.runner(options: [("failover", "promote_wait", "5s")]))
            #expect(stage.host.calls.contains { $0.operation == .promote && $0.arguments.duration("wait") == .seconds(5) })
        }
    }

    @Test("Every wrong option is reported with the configuration's line")
    func wrongOptions() async throws {
        let header = ", options = { wait = us.opt.duration '1min', url = us.opt.string(), mode = us.opt.one_of({ 'keep', 'drop' }, 'keep') }"
        try await onStage(["ours.lua": failoverHook("", header: header)]) { stage in
            let (_, problems) = await stage.load(options: [("ours", "wait", "soon"), ("ours", "wiat", "3s"), ("ours", "mode", "kep"), ("failvoer", "promote_wait", "3s")])
            #expect(Set(problems) == [
                "understudy.conf:1: hook.ours.wait: expected a duration such as \"500ms\", \"30s\" or \"10min\"; got \"soon\"",
                "understudy.conf:2: hook.ours.wiat: hook \"ours\" has no option \"wiat\"; did you mean \"wait\"?",
                "understudy.conf:3: hook.ours.mode: expected one of keep, drop; got \"kep\"",
                "ours.lua: hook.ours.url: expected a text; it is not set and has no default",
                "understudy.conf:4: hook.failvoer.promote_wait: there is no hook \"failvoer\"; the hooks are failback, failover, false_primary, fence_primary, follow_primary, ours, recovery, switchover, vip",
            ])
        }
    }

    @Test("Two hooks of one name, a stolen name and a replaced stranger are refused")
    func names() async throws {
        let files = ["a.lua": failoverHook("", name: "twin"), "b.lua": failoverHook("", name: "twin"), "c.lua": failoverHook("", name: "failover"),
                     "d.lua": failoverHook("", name: "other", header: ", replaces = 'understudy/failvoer'")]
        try await onStage(files) { stage in
            let (_, problems) = await stage.load()
            #expect(problems == [
                "d.lua:2: replaces = \"understudy/failvoer\": there is no such hook; those that can be replaced are \(Self.bundled.joined(separator: ", "))",
                "b.lua:2: a hook is called \"twin\" already, in a.lua",
                "c.lua:2: the name \"failover\" belongs to the hook understudy/failover: choose another, or write replaces = \"understudy/failover\"",
            ])
        }
    }

    @Test("A right that is asked for and not granted is refused, with the line to write; what is bundled has its rights")
    func grants() async throws {
        let header = ", needs = { 'sql:read', 'pg.promote' }"
        try await onStage(["ours.lua": failoverHook("", header: header)]) { stage in
            #expect(await stage.load(options: [("ours", "grants", "sql:read")]).1 == [
                "ours.lua:2: hook \"ours\" needs \"pg.promote\", which it is not granted: write hook.ours.grants = 'sql:read, pg.promote' into the configuration",
            ])
            #expect(await stage.load(options: [("ours", "grants", "sql:read, pg.promote")]).1 == [])
            #expect(await stage.load(options: [("ours", "grants", "sql:*, pg.*")]).1 == [])
            #expect(await stage.load(options: [("ours", "grants", "sql:*, pg.*, pg.promot")]).1.first?.hasPrefix(
                "understudy.conf:1: hook.ours.grants: there is no capability \"pg.promot\"; those are ") == true)
        }
    }

    @Test("A grant answers what a header needs by the rule that answers its calls", arguments: [
        ("sql:write", "sql:read", true), ("sql:read", "sql:write", false), ("fs:read:/etc", "fs:read:/etc/app", true), ("fs:read:/etc/app", "fs:read:/etc/apple", false),
        ("fs:read:/etc", "fs:read:/etc/../root", false), ("fs:read:/*", "fs:read:/etc/../root", false), ("http:*.example.com", "http:api.example.com", true),
        ("http:*.example.com", "http:example.com", false), ("http:*", "http:example.com", true), ("engine:*", "engine:reload", true), ("pg.*", "pg.slot", true), ("run:ls", "run:lsof", false),
    ])
    func oneRule(_ grant: String, _ need: String, _ isCovered: Bool) async throws {
        #expect(Capability(grant).covers(Capability(need)) == isCovered)
        try await onStage(["ours.lua": failoverHook("", header: ", needs = { '\(need)' }")]) { stage in
            #expect(await stage.load(options: [("ours", "grants", grant)]).1.isEmpty == isCovered)
        }
    }

    @Test("A hook that others can write has only events that ask or tell, and no rights that change anything")
    func restricted() async throws {
        let tells = "local us = require 'understudy'\nlocal hook = us.hook { name = 'tells', needs = { '\("sql:write")' } }\nfunction hook.node_down() end\nreturn hook"
        try await onStage(["ours.lua": failoverHook(""), "tells.lua": tells]) { stage in
            let granted = [("tells", "grants", "sql:write")]
            #expect(await stage.load(options: granted).1 == [])
            for name in ["ours.lua", "tells.lua"] { #expect(chmod(stage.site + "/" + name, 0o666) == 0) }
            #expect(await stage.load(options: granted).1 == [
                "ours.lua:3: failover does work, and a file that others than root and the daemon's user can write allows events that ask or tell only",
                "tells.lua:3: needs: \"sql:write\" is not for a hook with a file that others than root and the daemon's user can write",
            ])
        }
        try await onStage(["ours.lua": failoverHook("", header: ", trust = 'restricted'")]) { stage in
            #expect(await stage.load().1 == ["ours.lua:3: failover does work, and trust = \"restricted\" allows events that ask or tell only"])
        }
    }

    @Test("A module takes no module's place of the library, and nobody else may write it")
    func modules() async throws {
        try await onStage(["lib/understudy/standby.lua": "return {}", "lib/ours.lua": "return {}", "a.lua": failoverHook("")]) { stage in
            let found = await stage.load().1
            #expect(found == ["lib/understudy/standby.lua: modules named understudy are the library's own: rename the file"])
            try stage.write("lib/understudy/standby.lua", nil)
            #expect(chmod(stage.site + "/lib/ours.lua", 0o666) == 0)
            #expect(await stage.load().1.map { $0.contains("lib/ours.lua") && $0.contains("others than root") } == [true])
        }
    }

    @Test("Files that are no hooks are left alone; a directory that is missing holds none")
    func files() async throws {
        try await onStage(["ours_spec.lua": "syntax error", "README.md": "words", "lib/unused.lua": "syntax error"]) { stage in
            let (catalogue, problems) = await stage.load()
            #expect(problems == [])
            #expect(catalogue.entries.map(\.name) == Self.bundled)
        }
        try await onStage { stage in #expect(await stage.load().1 == []) }
    }

    @Test("A file that cannot be used is named", arguments: [
        (String(repeating: "x", count: 60) + ".lua", "return 1", ": the name is longer than 55 bytes: rename the file"),
        ("big.lua", String(repeating: "-", count: LuaFile.maximumBytes + 1), ": is 1048577 bytes long: a Lua file has at most 1048576"),
    ])
    func unusable(name: String, text: String, problem: String) async throws {
        try await onStage([name: text]) { stage in #expect(await stage.load().1 == [name + problem]) }
    }
}
