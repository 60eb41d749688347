/// `legacy.lua`, which runs pgpool's commands in the places where pgpool ran them.
package struct LegacyHook: Sendable {
    /// Commands that have a place here, and the events that they answer.
    private static let handlers: [(command: String, events: [String])] = [
        ("failover_command", ["failover", "standby_lost"]), ("failback_command", ["failback"]), ("follow_primary_command", ["follow_primary"]),
    ]
    /// A script of this name in the primary's data directory starts a rebuilt node.
    private static let remoteStart = "pgpool_remote_start"

    /// What is written into the hook directory.
    package let text: String
    /// What the file must be granted: the line for the configuration.
    package let grants: String
    /// The programs that run here, by the parameter that names them.
    package let programs: [(parameter: String, path: String)]

    /// `commands` by the names of their parameters; `dataDirectories` are those of every node. Throws what is wrong with a command.
    package init(commands: [String: String], dataDirectories: [String], source: String, allowsShell: Bool) throws(HookProblem) {
        var body = "", needs: [String] = [], programs: [(String, String)] = []
        for (parameter, events) in Self.handlers {
            guard let command = commands[parameter], !command.isEmpty else { continue }
            let template = try Self.template(command, parameter, source, allowsShell)
            let options = template.shellSyntax == nil ? "" : ", { shell = true }"
            body += "hook.\(events[0]) = legacy.command(\(Self.quoted(command))\(options))\n"
            for event in events.dropFirst() { body += "hook.\(event) = hook.\(events[0])                    -- pgpool ran it for standbys too\n" }
            needs.append("run:" + (template.shellSyntax == nil ? template.program : "/bin/sh"))
            programs.append((parameter, template.program))
        }
        if let script = commands["recovery_1st_stage_command"], !script.isEmpty {
            body += "hook.recovery_1st_stage = legacy.recovery_1st_stage(\(Self.quoted(script)))\nhook.remote_start = legacy.remote_start()\n"
            for directory in Set(dataDirectories.filter { !$0.isEmpty }).sorted() {
                needs += ["ssh:\(directory)/\(script)", "ssh:\(directory)/\(Self.remoteStart)"]
            }
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
              needs = { \(unique.map(Self.quoted).joined(separator: ", ")) },
            }

            \(body)
            return hook

            """
        grants = "hook.legacy_pgpool.grants = '\(unique.joined(separator: ", ").replacing("'", with: "''"))'"
        self.programs = programs
    }

    private static func template(_ command: String, _ parameter: String, _ source: String, _ allowsShell: Bool) throws(HookProblem) -> LegacyTemplate {
        let template: LegacyTemplate
        do { template = try LegacyTemplate(command) } catch { throw HookProblem(source, "\(parameter) \(error.sentence): \(command)") }
        if let syntax = template.shellSyntax, !allowsShell {
            throw HookProblem(source, "\(parameter) needs a shell (found \(syntax)): put what follows the program's name into the script, or allow it with --allow-shell: \(command)")
        }
        return template
    }

    /// A Lua string.
    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }
}
