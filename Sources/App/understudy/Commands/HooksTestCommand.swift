internal import ArgumentParser
internal import Foundation
internal import Hooks
internal import Reactor

struct HooksTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run tests of hooks, *_spec.lua, over a cluster that is a table: milliseconds, no server.")

    @Argument(help: "Files of tests, or directories that hold some; without any, the directory one is in.")
    var paths: [String] = ["."]

    @Flag(help: "Say of each test how many crashes its sweeps went through.")
    var sweep = false

    @Flag(help: "Print JSON, for programs.")
    var json = false

    func run() async throws {
        let shared = try SharedFiles.find()
        let processes = HookProcesses(executable: try ownExecutable(), waiter: try DescriptorWaiter(),
                                      limits: HookProcesses.Limits(spares: 2 * HookSpecs.atOnce)) { line in
            if line.level == .error { StderrLog.writeLine(line.message) }
        }
        let specs = HookSpecs(directories: HookDirectories(library: shared.library, bundled: shared.hooks, site: nil), processes: processes)
        var reports: [SpecReport] = []
        do {
            for path in paths { try await specs.run(at: path) { reports.append($0) } }
        } catch {
            await processes.shutDown()
            throw error
        }
        await processes.shutDown()
        try show(reports.map(SpecView.init), json: json) { SpecView.text($0, showsCrashes: sweep) }
        if reports.contains(where: { $0.failures > 0 }) { throw ExitCode.failure }
    }
}
