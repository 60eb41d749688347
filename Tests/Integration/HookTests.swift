import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Hooks")
    struct HookTests {
        private static func hook(_ header: String, _ body: String) -> String {
            """
            local us = require "understudy"
            local hook = us.hook { \(header) }
            function hook.failover(ev, opt)
            \(body)
            end
            return hook
            """
        }

        /// A cluster whose site hook is `text`, after its primary was killed and a write went through; with the events.
        private func failOver(_ text: String, settings: [(name: String, value: String)] = [], _ check: (PlaygroundCluster, String, String) throws -> Void) throws {
            try IntegrationTests.onCluster(sync: 1, settings: settings, startsDaemon: false) { cluster in
                try text.write(toFile: cluster.directory + "/hooks/site.lua", atomically: true, encoding: .utf8)
                try cluster.startDaemon()
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(0)
                try client.query("INSERT INTO t VALUES (1)")
                #expect(cluster.primary() == 1)
                var events = ""
                // Statements are served before all of it is on record.
                try IntegrationTests.eventually("the end is on record") {
                    events = try IntegrationTests.run("events", "--json", "--socket", cluster.description.socket).output
                    return events.contains("failover_finished")
                }
                let log = try String(contentsOfFile: cluster.directory + "/log/understudy.log", encoding: .utf8)
                try check(cluster, events, log)
            }
        }

        @Test("A site hook runs before the bundled one, with the event's fields, and lets it go on")
        func before() throws {
            let body = """
                us.log.info("site hook", { lost = ev.node.name, chosen = ev.new_main.name, epoch = ev.epoch, wal = ev.new_main.lsn > 0 })
                local rows = ev.new_main:sql("SELECT $1::int + 1 AS sum, pg_is_in_recovery() AS standby", 41)
                us.log.info("asked", { sum = rows[1].sum, standby = rows[1].standby })
            """
            try failOver(Self.hook(#"name = "site", needs = { "sql:read" }"#, body), settings: [("hook.site.grants", "sql:read")]) { _, events, log in
                #expect(log.contains("site hook") && log.contains("field.lost=node0") && log.contains("field.chosen=node1") && log.contains("field.epoch=2"))
                #expect(log.contains("field.sum=42") && log.contains("field.standby=true"))
                #expect(!events.contains("hook_failed"))
            }
        }

        @Test("A site hook that replaces the bundled one promotes by itself")
        func instead() throws {
            let body = """
                us.step("mine", function() ev.new_main:promote { wait = "30s" } end)
                us.log.info("promoted by the site")
                return us.done()
            """
            try failOver(Self.hook(#"name = "site", replaces = "understudy/failover", needs = { "pg.promote" }"#, body), settings: [("hook.site.grants", "pg.promote")]) { _, events, log in
                #expect(log.contains("promoted by the site"))
                #expect(!events.contains("hook_failed"))
            }
        }

        @Test("A site hook that fails costs its event an attempt, with file and line; the bundled one promotes", arguments: [
            // Spelt so that it is seen only when it runs.
            (#"    local name = "new_mian" ev[name]:promote()"#, #"failover event has no \"new_mian\"; did you mean \"new_main\"?"#),
            (#"    error("out of cheese")"#, "out of cheese"),
            (#"    us.abort("not today")"#, "not today"),
            ("    local t = {} while true do t[#t + 1] = (\"x\"):rep(100000) .. #t end", "memory"),
            ("    while true do pcall(function() while true do end end) end", "computed for more than"),
        ])
        func broken(_ body: String, _ words: String) throws {
            try failOver(Self.hook(#"name = "site""#, body)) { _, events, _ in
                #expect(events.contains("hook_failed"))
                #expect(events.contains("site.lua:4: "), "\(events)")
                #expect(events.lowercased().contains(words.lowercased()), "\(events)")
            }
        }

        @Test("A hook file with a mistake keeps the daemon from starting, with file, line and the word that was meant", arguments: [
            ("local us = require \"understudy\"\nlocal hook = us.hook { name = \"site\" }\nfunction hook.failvoer(ev) end\nreturn hook\n", "site.lua:3: ", "did you mean \"failover\"?"),
            ("local us = require \"understudy\"\nlocal hook = us.hook { name = \"site\", need = {} }\nreturn hook\n", "site.lua:2: ", "did you mean \"needs\"?"),
            ("this is not Lua\n", "site.lua:1: ", "syntax error"),
        ])
        func unloadable(_ text: String, _ place: String, _ words: String) throws {
            try IntegrationTests.onCluster(standbys: 0, startsDaemon: false) { cluster in
                try text.write(toFile: cluster.directory + "/hooks/site.lua", atomically: true, encoding: .utf8)
                let failure = #expect(throws: PlaygroundError.self) { try cluster.startDaemon() }
                let message = failure?.description ?? ""
                #expect(message.contains(place) && message.contains(words), "\(message)")
            }
        }

        @Test("An option of the bundled hook is set in the configuration; a wrong one names the configuration's line")
        func options() throws {
            try IntegrationTests.onCluster(standbys: 0, settings: [("hook.failover.promote_wait", "5 parsecs")], startsDaemon: false) { cluster in
                let failure = #expect(throws: PlaygroundError.self) { try cluster.startDaemon() }
                #expect(failure?.description.contains("understudy.conf:") == true && failure?.description.contains("promote_wait") == true, "\(failure?.description ?? "")")
            }
        }

        @Test("A site is told of a failover afterwards")
        func told() throws {
            let text = """
                local us = require "understudy"
                local hook = us.hook { name = "site" }
                function hook.failover_finished(ev) us.log.info("told", { ok = ev.ok, primary = ev.new_primary.name }) end
                function hook.node_down(ev) us.log.info("told down", { node = ev.node.name, was_primary = ev.was_primary }) end
                return hook
                """
            try failOver(text) { cluster, _, _ in
                try IntegrationTests.eventually("both notices are told") {
                    let log = try String(contentsOfFile: cluster.directory + "/log/understudy.log", encoding: .utf8)
                    return log.contains("field.ok=true field.primary=node1") && log.contains("field.node=node0 field.was_primary=true")
                }
            }
        }
    }
}
