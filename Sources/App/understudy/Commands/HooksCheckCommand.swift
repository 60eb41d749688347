internal import Administration
internal import ArgumentParser
internal import ClusterModel
internal import Foundation
internal import Hooks
internal import Reactor
internal import Settings

struct HooksCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Everything that `hooks deploy` checks, without a daemon and without deploying; fails when something is wrong.")

    @Option(name: .shortAndLong, help: "The configuration file, for options and grants; without one, hooks are checked against none.")
    var file: String?

    @Argument(help: "The directory of hooks, instead of the configuration's hook_directory.")
    var directory: String?

    func run() async throws {
        let loaded = file.map { LoadedConfiguration(path: $0) }
        if let loaded, loaded.hasErrors {
            for diagnostic in loaded.diagnostics { print(diagnostic) }
            throw ExitCode.failure
        }
        let settings = loaded?.settings ?? Settings()
        let report = try await Self.report(settings, folder: directory.map(absolutePath))
        for problem in report.problems { print(problem) }
        for remark in report.remarks { print("\(remark) (advice)") }
        let count = report.problems.count
        guard count == 0 else {
            print("\(count.counted("problem")) in hooks")
            throw ExitCode.failure
        }
        let hooks = report.catalogue.entries.count { !$0.isBundled }
        print("\(directory ?? settings[\.daemon.hookDirectory]) is good: \(hooks.counted("hook"))")
    }

    /// Hooks are looked into where they would run: in a process of their own, without effects.
    static func report(_ settings: Settings, folder: String?) async throws -> HookStaging.Report {
        let processes = HookProcesses(executable: try ownExecutable(), waiter: try DescriptorWaiter()) { line in
            if line.level == .error { StderrLog.writeLine(line.message) }
        }
        let staging = HookStaging(directories: try SharedFiles.directories(settings), processes: processes, specs: HookSpecs.runner(processes))
        let (_, report) = await staging.check(folder: folder, options: settings.hookOptions, nodes: settings.nodes.map { settings.node($0).name })
        await processes.shutDown()
        return report
    }
}

/// A path as the daemon can use it, wherever it runs.
func absolutePath(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
