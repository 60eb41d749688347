/// `legacy.lua`, which runs pgpool's commands in the places where pgpool ran them.
package struct LegacyHook: Sendable {
    /// Commands that have a place here, and the events that they answer.
    private static let handlers: [(command: String, events: [String])] = [
        ("failover_command", ["failover", "standby_lost"]), ("failback_command", ["failback"]), ("follow_primary_command", ["follow_primary"]),
        ("wd_escalation_command", ["escalation"]), ("wd_de_escalation_command", ["de_escalation"]),
    ]
    /// Events whose own work, the address, is done besides the command.
    private static let shared: Set = ["escalation", "de_escalation"]
    /// Scripts in the primary's data directory.
    private static let stages = [("recovery_1st_stage_command", "recovery_1st_stage"), ("recovery_2nd_stage_command", "recovery_2nd_stage")]
    /// A script of this name in the primary's data directory starts a rebuilt node.
    private static let remoteStart = "pgpool_remote_start"

    /// What is written into the hook directory.
    package let text: String
    /// What the file must be granted: the line for the configuration.
    package let grants: String
    /// The programs that run here, by the parameter that names them.
    package let programs: [(parameter: String, path: String)]
    /// A test for each event that has a handler: `legacy_spec.lua`.
    package let spec: String

    /// `commands` by the names of their parameters; `dataDirectories` are those of every node. Throws what is wrong with a command.
    package init(commands: [String: String], dataDirectories: [String], source: String, allowsShell: Bool) throws(HookProblem) {
        var body = "", needs: [String] = [], programs: [(String, String)] = [], tests = ""
        let directories = Set(dataDirectories.filter { !$0.isEmpty }).sorted()
        for (parameter, events) in Self.handlers {
            guard let command = commands[parameter], !command.isEmpty else { continue }
            let template = try Self.template(command, parameter, source, allowsShell)
            let given = [template.shellSyntax == nil ? nil : "shell = true", Self.shared.contains(events[0]) ? "goes_on = true" : nil].compactMap { $0 }
            let options = given.isEmpty ? "" : ", { \(given.joined(separator: ", ")) }"
            let effect = "run " + (template.shellSyntax == nil ? template.program.split(separator: "/").last.map(String.init) ?? template.program : "sh")
            for event in events { tests += Self.test(event, parameter, effect) }
            body += "hook.\(events[0]) = legacy.command(\(LuaText.quoted(command))\(options))\n"
            for event in events.dropFirst() { body += "hook.\(event) = hook.\(events[0])                    -- pgpool ran it for standbys too\n" }
            needs.append("run:" + (template.shellSyntax == nil ? template.program : "/bin/sh"))
            programs.append((parameter, template.program))
        }
        for (parameter, stage) in Self.stages {
            guard let script = commands[parameter], !script.isEmpty else { continue }
            body += "hook.\(stage) = legacy.\(stage)(\(LuaText.quoted(script)))\n"
            needs += directories.map { "ssh:\($0)/\(script)" }
            programs += directories.map { (parameter, "\($0)/\(script)") }
            if !directories.isEmpty { tests += Self.test(stage, parameter, "node.run pg2") }
        }
        if body.contains("legacy.recovery_") {
            body += "hook.remote_start = legacy.remote_start()\n"
            needs += directories.map { "ssh:\($0)/\(Self.remoteStart)" }
            programs += directories.map { (Self.remoteStart, "\($0)/\(Self.remoteStart)") }
            if !directories.isEmpty { tests += Self.test("remote_start", Self.remoteStart, "node.run pg2") }
        }
        guard !body.isEmpty else { throw HookProblem(source, "names no command that a hook could run: there is nothing to import") }
        var seen: Set<String> = []
        let unique = needs.filter { seen.insert($0).inserted }
        text = """
            --- pgpool's commands of \(source), written by `understudy hooks import-pgpool`.
            local us     = require "understudy"
            local legacy = require "understudy.legacy"

            local hook = us.hook {
              name  = "legacy_pgpool",
              about = "Runs pgpool's commands.",
              needs = { \(unique.map(LuaText.quoted).joined(separator: ", ")) },
            }

            \(body)
            return hook

            """
        spec = Self.spec(tests, directory: directories.first)
        grants = "hook.legacy_pgpool.grants = '\(unique.joined(separator: ", ").replacing("'", with: "''"))'"
        self.programs = programs
    }

    private static func test(_ event: String, _ parameter: String, _ effect: String) -> String {
        let fields = switch event {
        case "failover": "{ node = \"pg1\", new_main = \"pg2\" }"
        case "follow_primary": "{ node = \"pg1\", new_primary = \"pg2\" }"
        case "recovery_1st_stage", "recovery_2nd_stage", "remote_start": "{ node = \"pg1\", primary = \"pg2\" }"
        case "escalation", "de_escalation": "{}"
        default: "{ node = \"pg1\" }"
        }
        return """
              it("runs \(parameter) for \(event)", function()
                local c = cluster()
                c:run("\(event)", \(fields))
                assert.equal(\(LuaText.quoted(effect)), c.effects[1])
              end)


            """
    }

    private static func spec(_ tests: String, directory: String?) -> String {
        """
        --- That pgpool's commands run where pgpool ran them, written by `understudy hooks import-pgpool`. What a script does to a cluster nobody knows
        --- here: c:answers can say it.
        local t = require "understudy.testing"

        local function cluster()
          return t.cluster({ pg1 = { down = true }, pg2 = { role = "primary"\(directory.map { ", pgdata = \(LuaText.quoted($0))" } ?? "") } }):hooks "legacy.lua"
        end

        describe("legacy_pgpool", function()
        \(tests.dropLast())end)

        """
    }

    private static func template(_ command: String, _ parameter: String, _ source: String, _ allowsShell: Bool) throws(HookProblem) -> LegacyTemplate {
        let template: LegacyTemplate
        do { template = try LegacyTemplate(command) } catch { throw HookProblem(source, "\(parameter) \(error.sentence): \(command)") }
        if let syntax = template.shellSyntax, !allowsShell {
            throw HookProblem(source, "\(parameter) needs a shell (found \(syntax)): put what follows the program's name into the script, or allow it with --allow-shell: \(command)")
        }
        return template
    }
}
