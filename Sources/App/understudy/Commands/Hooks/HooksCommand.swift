internal import ArgumentParser

struct HooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks", abstract: "Write, test and run hooks.", subcommands: [HooksNewCommand.self, HooksTestCommand.self, HooksImportCommand.self])
}
