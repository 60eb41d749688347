internal import ArgumentParser
internal import Foundation
internal import Settings

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "serve", abstract: "Run the daemon in the foreground.")

    @Option(name: .shortAndLong, help: "The configuration file.")
    var file: String

    @Flag(help: "Run as root all the same. Nothing here needs root; playgrounds use it.")
    var allowRoot = false

    func run() async throws {
        if geteuid() == 0 && !allowRoot {
            throw StartFailure("understudy does not run as root: start it as a user of its own, or say --allow-root")
        }
        let loaded = LoadedConfiguration(path: file)
        for diagnostic in loaded.diagnostics { StderrLog.writeLine(diagnostic.description) }
        guard !loaded.hasErrors else { throw ExitCode.failure }
        try await Daemon(loaded).run()
    }
}
