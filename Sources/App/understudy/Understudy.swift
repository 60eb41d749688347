internal import ArgumentParser

/// The command line: one verb a file in `Commands/`.
@main
struct Understudy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "A programmable high-availability proxy for PostgreSQL.",
        version: Version.text,
        subcommands: [ServeCommand.self, CheckCommand.self, RenderCommand.self, StatusCommand.self, NodesCommand.self, SafetyCommand.self, EventsCommand.self, PoolsCommand.self,
                      FailoverCommand.self, PauseCommand.self, ResumeCommand.self, AttachCommand.self, DetachCommand.self, PromoteCommand.self, MaintenanceCommand.self, ReloadCommand.self, PasswdCommand.self, PlaygroundCommand.self, DrillCommand.self, HooksCommand.self, HookHostCommand.self])
}

enum Version {
    static let text = "0.1.0"
}
