internal import Administration
internal import ArgumentParser

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Let go on what pause holds.")

    @Argument(help: "The database; without it all of them.")
    var database: String?

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let done = try await control.client().ask(ControlRequest(command: "resume", database: database), for: Table.self)
        try show(done, json: control.json, table: \.text)
    }
}
