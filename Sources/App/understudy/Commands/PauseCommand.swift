internal import Administration
internal import ArgumentParser

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "pause", abstract: "Hold statements from their next transaction on, until resume; returns when every backend is closed.")

    @Argument(help: "The database; without it all of them.")
    var database: String?

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let done = try await control.client().ask(ControlRequest(command: "pause", database: database), for: Table.self)
        try show(done, json: control.json, table: \.text)
    }
}
