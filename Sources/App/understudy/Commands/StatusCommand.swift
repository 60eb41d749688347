internal import Administration
internal import ArgumentParser

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "How the daemon is: epoch, primary, whether writes are held and why.")

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let status = try await control.client().ask(ControlRequest(command: "status"), for: StatusView.self)
        try show(status, json: control.json, table: \.table.text)
    }
}
