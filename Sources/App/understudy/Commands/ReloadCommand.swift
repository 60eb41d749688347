internal import Administration
internal import ArgumentParser

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload", abstract: "Have the daemon read its configuration again: what may change while it runs changes, all of it or nothing.")

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let done = try await control.client().ask(ControlRequest(command: "reload"), for: ReloadView.self)
        try show(done, json: control.json, table: \.text)
    }
}
