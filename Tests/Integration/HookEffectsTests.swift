import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("What hooks do")
    struct HookEffectsTests {
        private static func hook(_ body: String, needs: String, event: String = "failback") -> String {
            "local us = require \"understudy\"\nlocal hook = us.hook { name = \"site\", needs = { \(needs) } }\nfunction hook.\(event)(ev, opt)\n\(body)\nend\nreturn hook\n"
        }

        private static let grants = [(name: "hook.site.grants", value: "*")]

        private func onCluster(_ text: String, standbys: Int = 1, _ story: (PlaygroundCluster) throws -> Void) throws {
            try IntegrationTests.onCluster(standbys: standbys, sync: 1, settings: Self.grants + [("hook_secret_directory", "/tmp/understudy-no-secrets")], startsDaemon: false) { cluster in
                try text.write(toFile: cluster.directory + "/hooks/site.lua", atomically: true, encoding: .utf8)
                try cluster.startDaemon()
                try story(cluster)
            }
        }

        private func hooks(_ cluster: PlaygroundCluster, _ words: String...) throws -> (status: Int32, output: String) {
            try IntegrationTests.run(["hooks"] + words + ["--socket", cluster.description.socket], seconds: 120)
        }

        /// The id of the newest event of this name.
        private func latest(_ name: String, _ cluster: PlaygroundCluster) throws -> String {
            let lines = try hooks(cluster, "trace").output.split(separator: "\n").filter { $0.contains("  \(name), ") }
            return lines.last?.split(separator: " ").first.map(String.init) ?? "none"
        }

        @Test("A real failover is traced, replays with the same effects, and becomes a test")
        func failover() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                try cluster.killNode(0)
                try cluster.connect().query("CREATE TABLE t (id int)")
                try IntegrationTests.eventually("the failover is recorded") { try latest("failover", cluster) != "none" }
                let event = try latest("failover", cluster)
                let trace = try hooks(cluster, "trace", event, "--follow").output
                #expect(trace.contains("[promote] node.promote node1") && trace.contains("failover.lua:") && trace.contains(": done"), "\(trace)")
                let replay = try hooks(cluster, "replay", event)
                #expect(replay.status == 0 && replay.output.contains(": done (understudy/failover)"), "\(replay.output)")
                let spec = try hooks(cluster, "replay", event, "--as-test").output
                #expect(spec.contains("\"node.promote node1\"") && spec.contains("role = \"primary\", down = true"), "\(spec)")
                let refused = try hooks(cluster, "cancel", event)
                #expect(refused.status != 0 && refused.output.contains("\(event) does not run; "))
            }
        }

        @Test("A plan names what a failover would do, and does nothing")
        func plan() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                let plan = try hooks(cluster, "run", "failover", "--node", "node0", "--set", "new_main=node1", "--dry-run")
                #expect(plan.output.contains("1. node.promote node1 [promote] (write)") && plan.output.contains("nothing was done"), "\(plan.output)")
                #expect(cluster.primary() == 0)
                let found1 = try hooks(cluster, "run", "failover", "--node", "node0").output
                #expect(found1.contains("expected the event's name"), "\(found1)")
                let found2 = try hooks(cluster, "run", "failover", "--node", "nobody", "--dry-run").output
                #expect(found2.contains("the cluster has no node nobody"), "\(found2)")
            }
        }

        @Test("A failover by hand promotes nobody beside a primary that is open, and its plan says so")
        func besidePrimary() throws {
            try IntegrationTests.onCluster(sync: 1) { cluster in
                let words = "now this would not be done: node0 is the primary, and a second one is not promoted beside it"
                let plan = try hooks(cluster, "run", "failover", "--node", "node0", "--set", "new_main=node1", "--dry-run").output
                #expect(plan.contains(words), "\(plan)")
                let run = try hooks(cluster, "run", "failover", "--node", "node0", "--set", "new_main=node1", "--confirm", "failover")
                #expect(run.status != 0 && run.output.contains("node:promote was not done: node0 is the primary"), "\(run.output)")
                let standby = try cluster.connect(toNode: 1).query("SELECT pg_is_in_recovery()")
                #expect(standby == [["t"]])
            }
        }

        private static let reads = [
            "SELECT pg_promote(true, 5)", "COPY (SELECT 1) TO PROGRAM 'touch /tmp/never'", "SELECT pg_read_file('/etc/hostname')", "SELECT pg_switch_wal()",
            "RESET ROLE", "SET SESSION AUTHORIZATION understudy", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'understudy'",
            "DO $$ BEGIN RESET ROLE; PERFORM pg_promote(true, 5); END $$", "SELECT set_config('role', 'understudy', false), query_to_xml('SELECT pg_promote()', true, false, '')",
        ]

        @Test("sql:read looks and does no more, whatever the statement says; a role that can do more is refused", arguments: ["monitor", "understudy"])
        func onlyLooks(_ user: String) throws {
            let statements = Self.reads.map { "[==[\($0)]==]" }.joined(separator: ", ")
            let body = """
                local node, seen = ev.node, {}
                for at, text in ipairs { \(statements) } do
                  local ok, problem = pcall(function() return node:sql(text) end)
                  seen[at] = (ok and "done" or tostring(problem))
                end
                us.log.info("seen " .. table.concat(seen, " / "))
                local row = node:sql("SELECT pg_is_in_recovery() AS standby, current_user::text AS who, current_database()::text AS place")[1]
                return us.done { standby = row.standby, who = row.who, place = row.place }
                """
            try IntegrationTests.onCluster(standbys: 1, sync: 1, settings: Self.grants + [("recovery_database", "app")], startsDaemon: false) { cluster in
                try Self.hook(body, needs: "'sql:read'").write(toFile: cluster.directory + "/hooks/site.lua", atomically: true, encoding: .utf8)
                if user != "monitor" {
                    let own = try String(contentsOfFile: cluster.directory + "/understudy.conf", encoding: .utf8).replacing("health_check_user = 'monitor'", with: "health_check_user = '\(user)'")
                    try own.write(toFile: cluster.directory + "/understudy.conf", atomically: false, encoding: .utf8)
                    let secrets = try String(contentsOfFile: cluster.directory + "/secrets.conf", encoding: .utf8)
                    let password = try #require(secrets.split(separator: "\n").first { $0.hasPrefix("recovery_password") })
                    // In place: the file stays readable by its owner alone.
                    try "\(password)\n\(password.replacing("recovery_password", with: "health_check_password"))\n".write(toFile: cluster.directory + "/secrets.conf", atomically: false, encoding: .utf8)
                }
                try cluster.startDaemon()
                let run = try hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback"), log = try cluster.log()
                let trace = try hooks(cluster, "trace", try latest("failback", cluster)).output
                if user == "monitor" {
                    #expect(run.output.contains(": done (site)"), "\(run.output)\n\(log)")
                    #expect(trace.contains(#""app""#) && trace.contains(#""monitor""#) && trace.contains("permission denied for function pg_promote"), "\(trace)")
                } else {
                    #expect(run.status != 0 && run.output.contains("understudy is to look only, and is a superuser: have health_check_user be"), "\(run.output)")
                }
                let standby = try cluster.connect(toNode: 1)
                #expect(try standby.query("SELECT pg_is_in_recovery()") == [["t"]])
                #expect(!FileManager.default.fileExists(atPath: "/tmp/never"))
            }
        }

        @Test("A program that floods is logged as far as hook_log_limit, and its event ends in time")
        func flood() throws {
            let body = #"return us.done { code = us.run { "/usr/bin/seq", "1000000", stream = true }.code }"#
            try IntegrationTests.onCluster(standbys: 1, settings: Self.grants + [("hook_log_limit", "200")], startsDaemon: false) { cluster in
                try Self.hook(body, needs: "'run:/usr/bin/seq'").write(toFile: cluster.directory + "/hooks/site.lua", atomically: true, encoding: .utf8)
                try cluster.startDaemon()
                let began = Date(), run = try hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback")
                #expect(run.output.contains(": done (site)") && Date().timeIntervalSince(began) < 8, "\(run.output) after \(Date().timeIntervalSince(began)) s")
                let lines = try cluster.log().split(separator: "\n").filter { $0.contains("run: ") }
                #expect(lines.count == 201 && lines.last?.contains("more than 200 lines (hook_log_limit): the rest is not logged") == true, "\(lines.count) \(lines.last ?? "")")
            }
        }

        @Test("Clients that a hook paused go on when its event fails")
        func pauseEnds() throws {
            try onCluster(Self.hook("us.engine.pause_clients { limit = '120s' }\nus.abort 'no'", needs: "'engine:pause'")) { cluster in
                let run = try hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback")
                #expect(run.status != 0 && run.output.contains("no"), "\(run.output)")
                let began = Date(), client = try cluster.connect()
                #expect(try client.query("SELECT 1") == [["1"]])
                #expect(Date().timeIntervalSince(began) < 5)
            }
        }

        @Test("A hook stops, changes, rewinds and starts a real standby, and sees it stream again")
        func server() throws {
            let body = """
                local node, primary = ev.node, ev.cluster.primary
                us.step("stop", function() node:stop { wait = "30s" } end)
                us.step("stopped", function()
                  if node:is_running() then error "it runs" end
                  node:set("work_mem", "7MB")
                  if not node:read_file("postgresql.auto.conf"):find "work_mem = '7MB'" then error "it was not set" end
                  node:write_file("own.conf", "maintenance_work_mem = '70MB'\\n")
                  node:include_conf "own.conf"
                  node:include_conf "own.conf"
                  return { state = node:controldata()["Database cluster state"], free = node:disk_free() > 1 << 20 }
                end)
                us.step("start", function() node:start { wait = "30s" } end)
                us.wait_until("30s", function() return primary:replicates_to(node) end)
                us.step("slot", function() return primary:ensure_slot "own_slot" end)
                primary:checkpoint()
                local row = node:sql("SELECT current_setting('work_mem') AS work, current_setting('maintenance_work_mem') AS more, ARRAY[1,2] AS list, '{\\"a\\": [true]}'::json AS doc, NULL AS nothing")[1]
                local whoami = node:run { "/usr/bin/id", "-un", read = true }.stdout
                return us.done { work = row.work, more = row.more, sum = row.list[1] + row.list[2], doc = row.doc.a[1], who = whoami, lag = (node.lag_bytes or 0) < 1 << 24, nothing = row.nothing == nil,
                                 timeline = node.timeline }
                """
            try onCluster(Self.hook(body, needs: "'pg.control', 'pg.slot', 'sql:read', 'fs:read:pgdata', 'fs:write:pgdata', 'ssh:/usr/bin/id'")) { cluster in
                let run = try hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback")
                let log = try cluster.log()
                #expect(run.status == 0 && run.output.contains(": done (site)"), "\(run.output)\n\(log)")
                let trace = try hooks(cluster, "trace", try latest("failback", cluster)).output
                #expect(trace.contains("node.stop node1") && trace.contains("[start] node.start node1"), "\(trace)")
                let standby = try cluster.connect(toNode: 1)
                let found3 = try standby.query("SHOW work_mem").first?.first
                #expect(found3 == "7MB")
                let found4 = try standby.query("SHOW maintenance_work_mem").first?.first
                #expect(found4 == "70MB")
            }
        }

        @Test("A standby is rebuilt by pg_basebackup, its old copy kept until it streams")
        func baseBackup() throws {
            let body = """
                local node, primary = ev.node, ev.cluster.primary
                us.step("stop", function() node:stop { mode = "immediate" } end)
                us.step("aside", function() node:move_aside() end, function() node:restore_aside() end)
                us.step("copy", function() node:basebackup_from(primary, { slot = primary:ensure_slot(node.slot_name), checkpoint = "fast" }) end)
                us.step("follow", function()
                  node:set("primary_conninfo", us.conninfo { host = primary.host, port = primary.port, user = "replicator", application_name = node.name })
                  node:touch "standby.signal"
                end)
                us.abort "take it back"
                """
            try onCluster(Self.hook(body, needs: "'pg.control', 'pg.slot', 'pg.basebackup', 'fs:write:pgdata'")) { cluster in
                let run = try hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback")
                #expect(run.status != 0 && run.output.contains("take it back"), "\(run.output)")
                let trace = try hooks(cluster, "trace", try latest("failback", cluster)).output
                #expect(trace.contains("[copy] node.basebackup_from node1") && trace.contains("undo [undo aside] node.restore_aside node1"), "\(trace)")
                try cluster.startNode(1)
            }
        }

        @Test("A daemon that is killed in the middle of an event goes on after the last finished step, with the hooks that the event began with")
        func resume() throws {
            let body = """
                us.step("one", function() ev.cluster.primary:sql "INSERT INTO done VALUES (1)" end)
                us.step("two", function()
                  ev.cluster.primary:sql "INSERT INTO done VALUES (2)"
                  us.wait_until("60s", function() return ev.cluster.primary:sql("SELECT count(*) AS n FROM go")[1].n > 0 end, { every = "50ms" })
                end)
                us.step("three", function() ev.cluster.primary:sql "INSERT INTO done VALUES (3)" end)
                return us.done()
                """
            try onCluster(Self.hook(body, needs: "'sql:write'")) { cluster in
                let client = try cluster.connect(toNode: 0)
                try client.query("CREATE TABLE done (n int)")
                try client.query("CREATE TABLE go (n int)")
                try client.query("GRANT ALL ON done, go TO PUBLIC")
                DispatchQueue.global().async { _ = try? self.hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback") }
                try IntegrationTests.eventually("two has begun") { try client.query("SELECT count(*) FROM done").first?.first == "2" }
                let file = cluster.directory + "/hooks/site.lua"
                try String(contentsOfFile: file, encoding: .utf8).replacing("VALUES (3)", with: "VALUES (4)").write(toFile: file, atomically: true, encoding: .utf8)
                let deployed = try hooks(cluster, "deploy").output
                #expect(deployed.contains("generation 2 is in force"), "\(deployed)")
                try cluster.stopDaemon(signal: SIGKILL)
                try client.query("INSERT INTO go VALUES (1)")
                try cluster.startDaemon()
                try IntegrationTests.eventually("the event is over", seconds: 30) { try client.query("SELECT count(*) FROM done WHERE n = 3").first?.first == "1" }
                let found5 = try client.query("SELECT string_agg(n::text, ',' ORDER BY n) FROM done").first?.first
                #expect(found5 == "1,2,2,3", "only what was under way is done again")
            }
        }

        @Test("A canary secret used in HTTP, SQL and a program is in no log, journal, trace or argument")
        func canary() throws {
            let folder = "/tmp/understudy-secrets-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            #expect(FileManager.default.createFile(atPath: folder + "/token", contents: Data("canary-4711-secret\n".utf8), attributes: [.posixPermissions: 0o600]))
            let body = """
                local token = us.secret "token"
                us.log.info("token " .. tostring(token))
                local found = ev.cluster.primary:sql("SELECT $1::text AS it, length($1::text) AS n", token)[1]
                us.log.info("sql gave " .. found.it .. " " .. found.n)
                local shown = us.run { "/bin/sh", "-c", "cat; echo $TOKEN; tr '\\\\0' ' ' < /proc/$$/cmdline", stdin = "in " .. token .. "\\n", env = { TOKEN = token }, stream = true }
                us.log.info(shown.stdout)
                us.log.info(tostring(select(2, us.try(us.run, { "/bin/sh", "-c", "cat >&2; exit 1", stdin = token }))))
                us.log.info(tostring(select(2, us.try(us.http.get, "http://127.0.0.1:1/" .. token))))
                error("failed with " .. shown.stdout)
                """
            try IntegrationTests.onCluster(standbys: 1, settings: Self.grants + [("hook_secret_directory", folder)], startsDaemon: false) { cluster in
                let text = Self.hook(body, needs: "'secret:token', 'sql:write', 'run:/bin/sh', 'http:127.0.0.1'")
                try text.write(toFile: cluster.directory + "/hooks/site.lua", atomically: true, encoding: .utf8)
                try cluster.startDaemon()
                let run = try hooks(cluster, "run", "failback", "--node", "node1", "--confirm", "failback")
                let trace = try hooks(cluster, "trace", try latest("failback", cluster)).output
                let log = try cluster.log()
                #expect(log.contains("sql gave <secret token> 18"), "\(log)")
                var state = ""
                for name in try FileManager.default.contentsOfDirectory(atPath: cluster.directory + "/state") {
                    state += String(decoding: FileManager.default.contents(atPath: cluster.directory + "/state/" + name) ?? Data(), as: UTF8.self)
                }
                for place in [run.output, trace, log, state] { #expect(!place.contains("canary")) }
            }
        }

        @Test("The console looks at the cluster as it is")
        func console() throws {
            try IntegrationTests.onCluster(standbys: 1) { cluster in
                let path = cluster.directory + "/lines"
                try "cluster.name\nnodes.node0:sql('SELECT 40 + 2 AS it')[1].it\nnodes.node1:in_recovery()\nnodes.node1:promote()\n".write(toFile: path, atomically: true, encoding: .utf8)
                let result = try IntegrationTests.launch("/bin/sh", ["-c", "exec \"$0\" hooks console --socket \"$1\" < \"$2\"", IntegrationTests.executable, cluster.description.socket, path])
                #expect(result.output.contains("42\ntrue\nerror: node:promote changes something, and only looking is possible here"), "\(result.output)")
                #expect(cluster.primary() == 0)
            }
        }
    }
}
