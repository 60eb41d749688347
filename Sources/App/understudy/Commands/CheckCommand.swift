internal import ArgumentParser
internal import Foundation
internal import Settings

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: "Read a configuration and say everything that is wrong with it, without starting.")

    @Option(name: .shortAndLong, help: "The configuration file.")
    var file: String

    func run() throws {
        let loaded = LoadedConfiguration(path: file)
        for diagnostic in loaded.diagnostics { print(diagnostic) }
        if loaded.hasErrors {
            let count = loaded.diagnostics.count { $0.severity == .error }
            print("\(count) \(count == 1 ? "error" : "errors") in \(file)")
            throw ExitCode.failure
        }
        print("\(file) is good: \(loaded.settings.nodes.count) nodes, port \(loaded.settings[\.connections.port])")
    }
}
