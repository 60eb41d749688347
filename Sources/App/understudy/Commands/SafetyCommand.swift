internal import Administration
internal import ArgumentParser

struct SafetyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "safety", abstract: "Which losses block writes, which fail over by themselves, and what would be lost now.")

    @OptionGroup var control: ControlOptions

    func run() async throws {
        let view = try await control.client().ask(ControlRequest(command: "safety"), for: SafetyView.self)
        try show(view, json: control.json, table: \.text)
    }
}
