internal import ArgumentParser
internal import Foundation
internal import Hooks
internal import Reactor
internal import Settings

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read a configuration and its hooks and say everything that is wrong with them, without starting.")

    @Option(name: .shortAndLong, help: "The configuration file.")
    var file: String

    func run() async throws {
        let loaded = LoadedConfiguration(path: file)
        for diagnostic in loaded.diagnostics { print(diagnostic) }
        let report = try await HooksCheckCommand.report(loaded.settings, folder: nil), problems = report.problems
        for problem in problems { print(problem) }
        for remark in report.remarks { print("\(remark) (advice)") }
        let material = loaded.hasErrors ? nil : tlsProblem(loaded)
        if let material { print("\(file): \(material)") }
        let errors = loaded.diagnostics.count { $0.severity == .error } + problems.count + (material == nil ? 0 : 1)
        guard errors == 0 else {
            print("\(errors) \(errors == 1 ? "error" : "errors") in \(file)\(problems.isEmpty ? "" : " and its hooks")")
            throw ExitCode.failure
        }
        let nodes = loaded.settings.nodes.count
        print("\(file) is good: \(nodes) \(nodes == 1 ? "node" : "nodes"), port \(loaded.settings[\.connections.port])")
    }

    /// What is wrong with certificates and keys; they are read as the daemon would.
    private func tlsProblem(_ loaded: LoadedConfiguration) -> TLSError? {
        do throws(TLSError) {
            _ = try loaded.settings.frontendTLS(loaded.folder)
            _ = try loaded.settings.nodeTLS(loaded.folder)
            return nil
        } catch { return error }
    }
}
