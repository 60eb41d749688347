import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("Generations of hooks")
    struct HookGenerationTests {
        private static func hook(_ name: String, _ handlers: String, header: String = "") -> String {
            "local us = require \"understudy\"\nlocal hook = us.hook { name = \"\(name)\"\(header) }\n\(handlers)\nreturn hook\n"
        }

        private static func hooks(_ cluster: PlaygroundCluster, _ verb: String, _ arguments: String...) throws -> (status: Int32, output: String) {
            try IntegrationTests.run(["hooks", verb] + arguments + ["--socket", cluster.description.socket])
        }

        private static func write(_ cluster: PlaygroundCluster, _ name: String, _ text: String) throws {
            try text.write(toFile: cluster.directory + "/hooks/\(name).lua", atomically: true, encoding: .utf8)
        }

        @Test("A hook is deployed into a running daemon, seen in the list, told of events, taken back, and stays away after reload and restart")
        func life() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                #expect(try Self.hooks(cluster, "list").output.contains("understudy/failover"))
                try Self.write(cluster, "site", Self.hook("site", """
                    function hook.hooks_reloaded(ev) us.log.info("now in force", { from = ev.from, to = ev.to }) end
                    function hook.config_reloaded(ev) us.log.info("heard of a reload") end
                    function hook.startup(ev) us.log.info("heard of the start", { version = ev.version }) end
                    function hook.shutdown(ev) us.log.info("heard of the end", { reason = ev.reason }) end
                    function hook.audit(ev) us.log.info("audit", { kind = ev.kind, number = ev.number }) end
                    function hook.timer(ev) us.log.info("tick", { missed = ev.missed }) end
                    """, header: ", about = 'tells', on = { timer = { every = '1s' } }"))
                #expect(try Self.hooks(cluster, "list").output.contains("differs from generation 1"))
                let deployed = try Self.hooks(cluster, "deploy")
                #expect(deployed.status == 0 && deployed.output.contains("generation 2 is in force (before: 1)"), "\(deployed.output)")
                #expect(try Self.hooks(cluster, "deploy").output.contains("nothing new: generation 2 is in force"))
                try IntegrationTests.eventually("it is told of its own deployment, of the journal and of the time") {
                    let log = try cluster.log()
                    return log.contains("field.from=1 field.to=2") && log.contains("field.kind=hooks_changed") && log.contains("tick")
                }
                #expect(try IntegrationTests.run("reload", "--socket", cluster.description.socket).status == 0)
                try IntegrationTests.eventually("it is told of the reload") { try cluster.log().contains("heard of a reload") }
                let diff = try Self.hooks(cluster, "diff", "1", "2").output
                #expect(diff.contains("--- /dev/null\n+++ 2/site.lua") && diff.contains("+function hook.shutdown(ev)"), "\(diff)")
                try cluster.stopDaemon()
                try cluster.startDaemon()
                try IntegrationTests.eventually("it is told of the end and the start") {
                    try cluster.log().contains("heard of the end") && cluster.log().contains("heard of the start")
                }
                #expect(try Self.hooks(cluster, "rollback").output.contains("generation 1 is in force (before: 2)"))
                #expect(try IntegrationTests.run("reload", "--socket", cluster.description.socket).status == 0)
                try cluster.stopDaemon()
                try cluster.startDaemon()
                let list = try Self.hooks(cluster, "list").output
                #expect(!list.contains("tells") && list.contains("differs from generation 1"), "\(list)")
                let events = try IntegrationTests.run("events", "--socket", cluster.description.socket).output
                #expect(events.contains("generation 2 of the hooks is in force, before: 1 (deploy)") && events.contains("generation 1 of the hooks is in force, before: 2 (rollback)"))
            }
        }

        @Test("What is broken is not deployed, not by a reload either, and the answer names file and line; grants are read with it")
        func refused() throws {
            try IntegrationTests.onCluster(standbys: 0) { cluster in
                try Self.write(cluster, "site", Self.hook("site", "function hook.failover(ev) print(ev.new_main) end", header: ", needs = { 'sql:read' }"))
                try Self.write(cluster, "other", Self.hook("other", "function hook.failover(ev) print(ev.new_mian) end"))
                for answer in [try Self.hooks(cluster, "deploy"), try IntegrationTests.run("reload", "--socket", cluster.description.socket),
                               try IntegrationTests.run("hooks", "check", "-f", cluster.configurationFile)] {
                    #expect(answer.status != 0)
                    #expect(answer.output.contains("site.lua:2: hook \"site\" needs \"sql:read\", which it is not granted"), "\(answer.output)")
                    #expect(answer.output.contains("other.lua:3: failover event has no \"new_mian\"; did you mean \"new_main\"?"), "\(answer.output)")
                }
                try Self.write(cluster, "other", Self.hook("other", "function hook.failover(ev) print(ev.new_main) end"))
                let configuration = try String(contentsOfFile: cluster.configurationFile, encoding: .utf8)
                try (configuration + "hook.site.grants = 'sql:read'\n").write(toFile: cluster.configurationFile, atomically: true, encoding: .utf8)
                #expect(try Self.hooks(cluster, "deploy").output.contains("generation 2 is in force"))
                let nobody = try Self.hooks(cluster, "rollback", "7")
                #expect(nobody.status != 0 && nobody.output.contains("there is no generation 7; those kept are 2, 1"))
            }
        }

        @Test("A generation whose code fails in a failover is marked bad, the bundled hook promotes, and the generation before is back where that is wanted")
        func probation() throws {
            try IntegrationTests.onCluster(sync: 1, settings: [("hook_auto_rollback", "on")]) { cluster in
                try Self.write(cluster, "site", Self.hook("site", """
                    function hook.failover(ev) local name = "new_mian" ev[name]:promote() end
                    function hook.alert(ev) us.log.info("alert", { severity = ev.severity, title = ev.title }) end
                    """))
                #expect(try Self.hooks(cluster, "deploy").status == 0)
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(0)
                try client.query("INSERT INTO t VALUES (1)")
                #expect(cluster.primary() == 1)
                try IntegrationTests.eventually("the generation is marked and taken out") {
                    let events = try IntegrationTests.run("events", "--socket", cluster.description.socket).output
                    return events.contains("generation 2 of the hooks is bad") && events.contains("generation 1 of the hooks is in force, before: 2 (rolled back by itself")
                }
                let list = try Self.hooks(cluster, "list").output
                #expect(list.contains("bad: ") && list.contains("did you mean \"new_main\"?"), "\(list)")
            }
        }

        @Test("A deployment says where new hooks part from what was recorded, alerts and metrics of hooks are seen, and so is a directory that was not deployed")
        func seen() throws {
            let settings = [("hook.site.grants", "sql:read"), ("admin_users", "ops")]
            try IntegrationTests.onCluster(standbys: 1, settings: settings, startsDaemon: false) { cluster in
                let body = """
                    function hook.failback(ev)
                      us.metric.counter("checks", 2, { node = ev.node.name })
                      us.metric.histogram("sizes", 3)
                      us.alert("critical", "the moon is full", { text = "again", node = ev.node })
                      print(ev.node:sql("SELECT 1 AS a")[1].a)
                      return us.done()
                    end
                    function hook.alert(ev)
                      us.log.info("heard " .. ev.severity .. " " .. ev.title .. " " .. ev.text .. " " .. ev.node.name .. " " .. ev.cause)
                      us.log.info(tostring(select(2, us.try(us.alert, "info", "again"))))
                    end
                    """
                try Self.write(cluster, "site", Self.hook("site", body, header: ", needs = { 'sql:read' }"))
                try cluster.startDaemon()
                #expect(try Self.hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback").output.contains(": done (site)"))
                try IntegrationTests.eventually("the alert is heard") {
                    try cluster.log().contains("heard critical the moon is full again node1 hook:site") && cluster.log().contains("would be heard by itself")
                }
                #expect(try IntegrationTests.run("events", "--socket", cluster.description.socket).output.contains("critical: the moon is full: again"))
                #expect(try IntegrationTests.run("status", "--socket", cluster.description.socket).output.contains("critical: the moon is full: again"))
                let list = try Self.hooks(cluster, "list", "--json").output
                #expect(list.contains("understudy_hook_checks") && list.contains("understudy_hooks_drift"), "\(list)")
                let passwd = "echo secret | '\(IntegrationTests.executable)' passwd ops --admin -f '\(cluster.configurationFile)'"
                #expect(try IntegrationTests.launch("/bin/sh", ["-c", passwd]).status == 0)
                #expect(try IntegrationTests.run("reload", "--socket", cluster.description.socket).status == 0)
                let psql = ["psql", "-h", "127.0.0.1", "-p", String(cluster.description.port), "-U", "ops", "-XAtc", "SHOW HOOK_METRICS", "understudy"]
                let view = try IntegrationTests.launch("/usr/bin/env", psql, environment: ["PGPASSWORD": "secret"]).output
                for line in ["understudy_hook_checks|node=\"node1\"|site|counter|2|||\n", "understudy_hook_sizes||site|histogram|3|1|3|3\n", "understudy_hooks_drift|||gauge|0|||\n"] {
                    #expect(view.contains(line), "\(view)")
                }
                try Self.write(cluster, "site", Self.hook("site", body.replacing("SELECT 1 AS a", with: "SELECT 2 AS a"), header: ", needs = { 'sql:read' }"))
                let deployed = try Self.hooks(cluster, "deploy")
                #expect(deployed.status == 0 && deployed.output.contains("site.lua:7: a replay of failback ev-") && deployed.output.contains("now asks `node.sql node1"), "\(deployed.output)")
            }
        }

        @Test("Hooks choose whom to promote and hold a failover up by a veto, with clients waiting; nothing is lost")
        func asked() throws {
            let deadline = Date().timeIntervalSince1970 + 12
            try IntegrationTests.onCluster(startsDaemon: false) { cluster in
                try Self.write(cluster, "site", Self.hook("site", """
                    function hook.choose_candidate(ev) return ev.cluster.nodes.node2 end
                    function hook.approve_failover(ev)
                      us.log.info("asked", { candidate = ev.new_main.name, at = ev.at })
                      if ev.at < \(deadline) then return us.veto("not yet", { retry = "1s" }) end
                    end
                    """))
                try cluster.startDaemon()
                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(0)
                try client.query("INSERT INTO t VALUES (1)")
                #expect(cluster.primary() == 2)
                #expect(try client.query("SELECT count(*) FROM t").first?.first == "1")
                #expect(try cluster.log().contains("field.candidate=node2"))
            }
        }

        @Test("hooks doc tells what an event and a function are, and what a misspelt one was meant to be")
        func documentation() throws {
            #expect(try IntegrationTests.run("hooks", "doc").output.contains("approve_failover"))
            let event = try IntegrationTests.run("hooks", "doc", "failover").output
            #expect(event.contains("function hook.failover(ev, opt)") && event.contains("ev.new_main") && event.contains("%m %H %r %R"), "\(event)")
            #expect(try IntegrationTests.run("hooks", "doc", "node:promote").output.contains("pg.promote"))
            let unknown = try IntegrationTests.run("hooks", "doc", "failvoer")
            #expect(unknown.status != 0 && unknown.output.contains("did you mean \"failover\"?"))
        }
    }
}
