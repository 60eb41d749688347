import Foundation
import Testing
@testable import Hooks

@Suite("LegacyHook")
struct LegacyHookTests {
    private static let failover = "/etc/pgpool2/failover.sh %d %h %p %D %m %H %M %P %r %R %N %S"

    private func hook(_ commands: [String: String], allowsShell: Bool = false) throws -> LegacyHook {
        try LegacyHook(commands: commands, dataDirectories: ["/data/1", "/data/0", "/data/1", ""], source: "pgpool.conf", allowsShell: allowsShell)
    }

    @Test("Every command has a handler where pgpool ran it, and the file asks for exactly their programs")
    func whole() async throws {
        let made = try hook([
            "failover_command": Self.failover, "failback_command": "/etc/pgpool2/failback.sh %d", "follow_primary_command": "/etc/pgpool2/follow_primary.sh %d %h",
            "recovery_1st_stage_command": "recovery_1st_stage", "recovery_2nd_stage_command": "second", "wd_escalation_command": "/up.sh", "wd_de_escalation_command": "/down.sh",
        ])
        #expect(made.grants == "hook.legacy_pgpool.grants = 'run:/etc/pgpool2/failover.sh, run:/etc/pgpool2/failback.sh, run:/etc/pgpool2/follow_primary.sh, "
            + "run:/up.sh, run:/down.sh, ssh:/data/0/recovery_1st_stage, ssh:/data/1/recovery_1st_stage, ssh:/data/0/second, ssh:/data/1/second, "
            + "ssh:/data/0/pgpool_remote_start, ssh:/data/1/pgpool_remote_start'")
        #expect(made.programs.map(\.path) == [
            "/etc/pgpool2/failover.sh", "/etc/pgpool2/failback.sh", "/etc/pgpool2/follow_primary.sh", "/up.sh", "/down.sh", "/data/0/recovery_1st_stage", "/data/1/recovery_1st_stage",
            "/data/0/second", "/data/1/second", "/data/0/pgpool_remote_start", "/data/1/pgpool_remote_start",
        ])
        try await onStage(["legacy.lua": made.text, "legacy_spec.lua": made.spec]) { stage in
            let granted = made.grants.split(separator: "'")[1]
            let (catalogue, problems) = await stage.load(options: [("legacy_pgpool", "grants", String(granted))])
            #expect(problems == [])
            #expect(catalogue.entries.first { $0.name == "legacy_pgpool" }?.events == [
                "de_escalation", "escalation", "failback", "failover", "follow_primary", "recovery_1st_stage", "recovery_2nd_stage", "remote_start", "standby_lost",
            ])
            try await HookSpecs(directories: stage.directories, processes: stage.processes).run(at: stage.site) { report in
                #expect(report.fault == nil && report.tests.count == 9 && report.failures == 0, "\(report)")
            }
        }
    }

    @Test("Text from the configuration stays a text of Lua's", arguments: [#"/x "a\b" %h"#, "/x 'it''s' %d", "/x \u{1}%d"])
    func quoting(_ command: String) async throws {
        let made = try hook(["failover_command": command], allowsShell: true)
        try await onStage(["legacy.lua": made.text]) { stage in
            let granted = made.grants.split(separator: "'", maxSplits: 1)[1].dropLast()
            let (_, problems) = await stage.load(options: [("legacy_pgpool", "grants", String(granted))])
            #expect(problems == [])
        }
    }

    @Test("A command that needs a shell is refused with a reason, and allowed on request")
    func shell() throws {
        let problem = #expect(throws: HookProblem.self) { try hook(["failover_command": "/x %d >> /tmp/log"]) }
        #expect(problem?.message.contains("failover_command needs a shell (found >)") == true)
        let made = try hook(["failover_command": "/x %d >> /tmp/log"], allowsShell: true)
        #expect(made.text.contains(#"legacy.command("/x %d >> /tmp/log", { shell = true })"#))
        #expect(made.grants == "hook.legacy_pgpool.grants = 'run:/bin/sh'")
    }

    @Test("A configuration without commands has nothing to import")
    func nothing() { #expect(throws: HookProblem.self) { try hook(["failover_command": ""]) } }

    /// One list for both readers: the importer's and the library's must refuse the same.
    private static let templates = [
        failover, "/x", "/x %d%%", "/x '100%% sure' \"%D\"", "/x \t %h ", "/x a''b", "/x \"$HOME\"", "/x `id`", "/x;y", "/x 'as %d'", "/x 'as %d' > y", "/x %x", "/x %", "/x 'open",
        "", "  ", "'' x", "/x ~/y", "/x {a,b}", "/x #y", "/x \\\\y", "/x 'a|b'", "/x \"a|b\"",
    ]

    @Test("The importer's reader and the library's agree about every command line", arguments: templates)
    func agreement(_ template: String) async throws {
        let swift: String
        do throws(LegacyTemplate.Problem) { swift = try LegacyTemplate(template).shellSyntax == nil ? "plain" : "shell" } catch { swift = "refused" }
        let hook = "local us = require 'understudy'\nlocal legacy = require 'understudy.legacy'\nlocal hook = us.hook { name = 'ours' }\n"
        let line: (String) -> String = { "hook.failover = legacy.command(\(LuaText.quoted(template))\($0))\nreturn hook" }
        try await onStage(["plain.lua": hook + line("")]) { stage in
            let (_, plain) = await stage.load()
            #expect(plain.isEmpty == (swift == "plain"), "\(plain)")
        }
        // What needs no shell is never given to one.
        if swift == "plain" { return }
        try await onStage(["shell.lua": hook + line(", { shell = true }")]) { stage in
            let (_, shell) = await stage.load()
            #expect(shell.isEmpty == (swift == "shell"), "\(shell)")
        }
    }

    @Test("The letters of pgpool's placeholders are those that the events' fields say they stand for")
    func placeholders() {
        let letters = EventSchema.failover.fields.flatMap { $0.placeholder.split(separator: " ") }.filter { $0.hasPrefix("%") }.compactMap(\.last)
        #expect(Set(letters) == LegacyTemplate.placeholders)
    }
}
