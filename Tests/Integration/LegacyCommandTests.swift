import Foundation
import Playground
import Testing

extension IntegrationTests {
    @Suite("pgpool's commands")
    struct LegacyCommandTests {
        private static let sample = "/usr/share/doc/pgpool2/examples/failover.sh.sample"

        /// In place of ssh: runs the command here, as the servers' user, with this machine's PostgreSQL in place of the one that the script names.
        private static func ssh(bindir: String) -> String {
            """
            #!/bin/bash
            while [[ "$1" == -* ]]; do if [[ "$1" == -o || "$1" == -i ]]; then shift; fi; shift; done
            shift
            exec runuser -u postgres -- "${@//\\/usr\\/pgsql-14\\/bin/\(bindir.replacing("/", with: "\\/"))}"
            """
        }

        @Test("pgpool's own failover.sh promotes a standby, by way of import-pgpool, with a stand-in for ssh")
        func failover() throws {
            try #require(FileManager.default.fileExists(atPath: Self.sample), "\(Self.sample) comes with Debian's pgpool2")
            try IntegrationTests.onCluster(standbys: 1, sync: 1) { cluster in
                let folder = cluster.directory + "/legacy"
                try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
                let bindir = try IntegrationTests.launch("/usr/bin/env", ["pg_config", "--bindir"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
                try Self.write(Self.ssh(bindir: bindir), program: folder + "/bin/ssh")
                try Self.write("#!/bin/sh\nPATH=\(folder)/bin:$PATH exec bash \(Self.sample) \"$@\"\n", program: folder + "/failover.sh")
                try "failover_command = '\(folder)/failover.sh %d %h %p %D %m %H %M %P %r %R %N %S'\n".write(toFile: folder + "/pgpool.conf", atomically: true, encoding: .utf8)

                let (status, report) = try IntegrationTests.run("hooks", "import-pgpool", folder + "/pgpool.conf", "--dir", cluster.directory + "/hooks")
                try #require(status == 0, "\(report)")
                let grants = try #require(report.split(separator: "\n").first { $0.contains("hook.legacy_pgpool.grants") })
                let configuration = cluster.directory + "/understudy.conf"
                try (String(contentsOfFile: configuration, encoding: .utf8) + grants + "\n").write(toFile: configuration, atomically: true, encoding: .utf8)
                let deployed = try IntegrationTests.run("hooks", "deploy", "--socket", cluster.description.socket)
                try #require(deployed.status == 0, "\(deployed.output)")

                let client = try cluster.connect()
                try client.query("CREATE TABLE t (id int)")
                try cluster.killNode(0)
                try client.query("INSERT INTO t VALUES (1)")
                #expect(cluster.primary() == 1)
                let log = try cluster.log()
                #expect(log.contains("failover.sh: end: new_main_node_id=1 on 127.0.0.1 is promoted to a primary"))
                #expect(try !IntegrationTests.run("events", "--json", "--socket", cluster.description.socket).output.contains("hook_failed"))
            }
        }

        private static func write(_ text: String, program path: String) throws {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        }

        @Test("import-pgpool says what a script hard-codes, refuses what needs a shell, and overwrites nothing")
        func report() throws {
            let directory = NSTemporaryDirectory() + "understudy-import-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { IntegrationTests.clear(directory) }
            let file = directory + "/pgpool.conf", run = { try IntegrationTests.run(["hooks", "import-pgpool", file, "--dir", directory] + $0) }
            try "failover_command = '\(Self.sample) %d %H'\n".write(toFile: file, atomically: true, encoding: .utf8)
            let first = try run([])
            #expect(first.status == 0 && first.output.contains("hard-codes PGHOME=/usr/pgsql-14") && first.output.contains("does not check host keys"), "\(first.output)")
            let second = try run([])
            #expect(second.status != 0 && second.output.contains("exists already"), "\(second.output)")
            for written in ["legacy.lua", "legacy_spec.lua"] { try FileManager.default.removeItem(atPath: directory + "/" + written) }
            try "failover_command = '/x %d >> /tmp/log'\n".write(toFile: file, atomically: true, encoding: .utf8)
            let refused = try run([])
            #expect(refused.status != 0 && refused.output.contains("needs a shell (found >)"), "\(refused.output)")
            #expect(!FileManager.default.fileExists(atPath: directory + "/legacy.lua"))
            #expect(try run(["--allow-shell"]).status == 0)
        }
    }

    @Suite("hooks new and hooks test")
    struct HookToolsTests {
        @Test("Every sample can be begun with, and its tests pass where it was put")
        func samples() throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            let samples = root.appending(path: "samples/hooks").path
            let names = try FileManager.default.contentsOfDirectory(atPath: samples).filter { $0.hasSuffix(".lua") && !$0.hasSuffix("_spec.lua") }.map { String($0.dropLast(4)) }
            #expect(names.count == 10)
            let page = try String(contentsOf: root.appending(path: "docs/hooks.md"), encoding: .utf8)
            let directory = NSTemporaryDirectory() + "understudy-new-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { IntegrationTests.clear(directory) }
            for name in names {
                #expect(page.contains("| `\(name)` |"), "docs/hooks.md does not say when to use \(name)")
                let text = try String(contentsOfFile: samples + "/\(name).lua", encoding: .utf8)
                let event = try #require(text.firstMatch(of: #/function hook\.(\w+)\(/#)?.1)
                let (status, output) = try IntegrationTests.run("hooks", "new", String(event), "--from", name, "--dir", directory)
                #expect(status == 0, "\(output)")
            }
            let tested = try IntegrationTests.run("hooks", "test", directory)
            #expect(tested.status == 0 && tested.output.contains("all passed"), "\(tested.output)")
            #expect(FileManager.default.fileExists(atPath: directory + "/.luarc.json"))
            let checked = try IntegrationTests.launch("/usr/bin/env", ["-C", directory, "luacheck", "--no-color", "-q", "."])
            #expect(checked.status == 0, "\(checked.output)")
        }

        @Test("Mistakes of the caller are named", arguments: [
            (["hooks", "new", "failvoer"], "there is no event"), (["hooks", "new", "failover", "--name", "Ours"], "is no name of a hook"),
            (["hooks", "new", "failover", "--from", "slack"], "there is no sample \"slack\": they are aws_elastic_ip"),
            (["hooks", "new", "failover", "--from", "notify_slack"], "does not handle failover"), (["hooks", "test", "/nowhere"], "there is no such file or directory"),
            (["hooks", "test", "/etc"], "there are no tests here"), (["hooks", "import-pgpool", "/nowhere"], "cannot be read"),
        ])
        func mistakes(_ arguments: [String], _ words: String) throws {
            let (status, output) = try IntegrationTests.run(arguments)
            #expect(status != 0 && output.contains(words), "\(output)")
        }
    }
}
