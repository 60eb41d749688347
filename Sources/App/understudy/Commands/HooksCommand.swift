internal import Administration
internal import ArgumentParser

/// `understudy hooks …`: one verb a file beside this one.
struct HooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hooks", abstract: "Write, test, check, deploy, take back, run, trace and replay hooks.",
        subcommands: [HooksNewCommand.self, HooksTestCommand.self, HooksImportCommand.self, HooksListCommand.self, HooksCheckCommand.self, HooksDocCommand.self,
                      HooksDeployCommand.self, HooksRollbackCommand.self, HooksDiffCommand.self, HooksRunCommand.self, HooksReplayCommand.self,
                      HooksTraceCommand.self, HooksCancelCommand.self, HooksConsoleCommand.self])
}

struct HooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The hooks in force: their events in order, what they were granted, how they did; and the generations that are kept.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "One event alone.")
    var event: String?

    func run() async throws {
        let view = try await control.client().ask(ControlRequest(command: "hooks.list", event: event), for: HookListView.self)
        try show(view, json: control.json, table: \.text)
    }
}

struct HooksDeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Check the hooks in hook_directory with the options in the configuration file, and put them in force: all of them or none.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "A directory of the daemon's machine, instead of hook_directory.")
    var directory: String?

    func run() async throws {
        let folder = directory.map(absolutePath)
        let view = try await control.client().ask(ControlRequest(command: "hooks.deploy", folder: folder), for: HookChangeView.self)
        try show(view, json: control.json, table: \.text)
    }
}

struct HooksRollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rollback", abstract: "Put an earlier generation of hooks in force.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "Its number; the newest good one before the one in force when left out.")
    var generation: Int?

    func run() async throws {
        let request = ControlRequest(command: "hooks.rollback", generations: generation.map { [$0] })
        try show(try await control.client().ask(request, for: HookChangeView.self), json: control.json, table: \.text)
    }
}

struct HooksDiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "diff", abstract: "What differs between two generations of hooks.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "The number of the older generation.")
    var from: Int

    @Argument(help: "The number of the newer one; the one in force when left out.")
    var to: Int?

    func run() async throws {
        let request = ControlRequest(command: "hooks.diff", generations: [from] + (to.map { [$0] } ?? []))
        try show(try await control.client().ask(request, for: String.self), json: control.json, table: { $0 })
    }
}
