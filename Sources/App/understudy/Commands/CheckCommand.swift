internal import Administration
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
        let material = tlsProblems(loaded)
        for problem in material { print("\(file): \(problem)") }
        let errors = loaded.diagnostics.count { $0.severity == .error } + problems.count + material.count
        guard errors == 0 else {
            print("\(errors.counted("error")) in \(file)\(problems.isEmpty ? "" : " and its hooks")")
            throw ExitCode.failure
        }
        let nodes = loaded.settings.nodes.count
        print("\(file) is good: \(nodes.counted("node")), port \(loaded.settings[\.connections.port])")
    }

    /// What is wrong with certificates and keys; they are read as the daemon would. What is not named at all is said by its line.
    private func tlsProblems(_ loaded: LoadedConfiguration) -> [TLSError] {
        let settings = loaded.settings, folder = loaded.folder
        var problems: [TLSError] = []
        if !settings[\.tls.certificate].isEmpty, !settings[\.tls.key].isEmpty {
            do throws(TLSError) { _ = try settings.frontendTLS(folder) } catch { problems.append(error) }
        }
        if settings[\.tls.nodeCertificate].isEmpty == settings[\.tls.nodeKey].isEmpty, !settings.nodeTLSMode.hasPrefix("verify") || !settings.nodeAuthorities.file.isEmpty {
            do throws(TLSError) { _ = try settings.nodeTLS(folder) } catch { problems.append(error) }
        }
        return problems
    }
}
