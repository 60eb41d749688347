internal import ArgumentParser
internal import Foundation
internal import Hooks
internal import Settings

struct HooksImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-pgpool", abstract: "Write a hook that runs the commands of a pgpool.conf, and say what their scripts take for granted.")

    @Argument(help: "pgpool's configuration file.")
    var configuration: String

    @Option(help: "Where to write legacy.lua and legacy_spec.lua.")
    var dir = "."

    @Flag(help: "Run commands that need a shell with /bin/sh; values still reach it as arguments.")
    var allowShell = false

    func run() throws {
        let file = ConfigurationFile(path: URL(filePath: configuration).path)
        guard FileManager.default.isReadableFile(atPath: configuration) else { throw StartFailure("\(configuration) cannot be read") }
        let directories = file.settings.nodes.map { file.settings[\.backends.dataDirectory, node: $0] }
        let hook = try LegacyHook(commands: file.commands, dataDirectories: directories, source: configuration, allowsShell: allowShell)
        let target = dir + "/legacy.lua", spec = dir + "/legacy_spec.lua"
        try NewFile.write(hook.text, to: target)
        try NewFile.write(hook.spec, to: spec)
        print("wrote \(target), and tests of it: \(spec)\n\nIt may do nothing until it is granted this, in understudy.conf:\n\n  \(hook.grants)\n")
        for program in hook.programs { print(report(program.parameter, program.path), terminator: "") }
        print("\nThen: understudy check -f understudy.conf")
    }

    private func report(_ parameter: String, _ path: String) -> String {
        do throws(HookProblem) {
            let script = try LegacyScript(path: path)
            let lines = script.remarks.map { "  line \($0.line): \($0.words)\n" }.joined()
            return "\(parameter): \(path)\(script.remarks.isEmpty ? " takes nothing for granted that could be seen\n" : "\n" + lines)"
        } catch { return "\(parameter): \(error.description)\n" }
    }
}
