internal import Administration
internal import ArgumentParser

struct HooksCancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "End an event that runs, and undo what its hooks did.")

    @OptionGroup var control: ControlOptions

    @Argument(help: "The event's id.")
    var event: String

    func run() async throws {
        let words = try await control.client().ask(ControlRequest(command: "hooks.cancel", run: HookRunRequest(event: event)), for: String.self)
        try show(words, json: control.json, table: { $0 })
    }
}
